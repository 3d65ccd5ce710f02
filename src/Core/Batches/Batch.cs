namespace Pipeline.Core.Batches;

/// <summary>A row of <c>batches</c> as its client may see it.</summary>
public record Batch
{
    public required Guid Id { get; init; }

    /// <summary>The name of its client, or its id once that is erased; null where only one's own were asked for.</summary>
    public string? Client { get; init; }

    /// <summary>Number of its jobs.</summary>
    public required int Items { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the client canceled what was left of it.</summary>
    public DateTimeOffset? CanceledAt { get; init; }
}

/// <summary>A batch with its progress.</summary>
public sealed record BatchProgress : Batch
{
    /// <summary>What a rate is computed over.</summary>
    private const double WindowSeconds = 60;

    public required int Queued { get; init; }

    public required int Running { get; init; }

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }

    public required int Canceled { get; init; }

    public required int Expired { get; init; }

    /// <summary>Jobs that became final in the last <see cref="WindowSeconds"/>, by cancellation or not.</summary>
    public required int FinishedLately { get; init; }

    /// <summary>When its first job was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its last job became final so far.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The database's time of this look at it.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Jobs that are not final.</summary>
    public int Left => Queued + Running;

    /// <summary>Final jobs a minute; null while nothing became final lately.</summary>
    public double? FinishedPerMinute
    {
        get
        {
            if (FinishedLately is 0 || StartedAt is not { } started)
            {
                return null;
            }

            var seconds = Math.Clamp((Now - started).TotalSeconds, 1, WindowSeconds);
            return FinishedLately * 60 / seconds;
        }
    }

    /// <summary>When it should be done at the present rate; null when nobody can tell, and when it is.</summary>
    public TimeSpan? TimeLeft => Left > 0 && FinishedPerMinute is { } rate ? TimeSpan.FromMinutes(Left / rate) : null;
}
