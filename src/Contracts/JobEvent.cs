namespace Pipeline.Contracts;

/// <summary>
/// What a worker sends to the subscribers of a job, while it runs and once it has ended. Transient: it may be lost, and all that
/// is lost with it is how soon somebody sees it. State and result are in the job's row.
/// </summary>
public sealed record JobEvent
{
    public required Guid JobId { get; init; }

    /// <summary>The start that this is about, from 1. Each begins its text anew.</summary>
    public required int Attempt { get; init; }

    /// <summary>A value of <see cref="JobState"/>: running, or how the attempt ended, once that is durable.</summary>
    public required string State { get; init; }

    /// <summary>Where <see cref="Text"/> stands in the text of the attempt, in UTF-16 code units; a gap before it shows.</summary>
    public int Offset { get; init; }

    /// <summary>Text that was added since; absent when none was.</summary>
    public string? Text { get; init; }

    /// <summary>How much is done, 0 to 1; absent where the handler does not report it.</summary>
    public double? Progress { get; init; }
}
