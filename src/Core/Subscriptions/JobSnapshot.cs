using Pipeline.Contracts;

namespace Pipeline.Core.Subscriptions;

/// <summary>A job as it is now, and its text from some place on.</summary>
public sealed record JobSnapshot
{
    /// <summary>A value of <see cref="JobState"/>; a final one is to be read from the job's row, with its result.</summary>
    public required string State { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Jobs before it in its queue, counted up to <see cref="EventOptions.JobsAheadMax"/>; null unless it waits.</summary>
    public int? JobsAhead { get; init; }

    /// <summary>0 to 1; null where the handler does not report it.</summary>
    public double? Progress { get; init; }

    /// <summary>The attempt that made <see cref="Text"/>; while a job waits for its next one it is the last one's.</summary>
    public required int TextAttempt { get; init; }

    /// <summary>Where <see cref="Text"/> begins, in UTF-16 code units.</summary>
    public required int Offset { get; init; }

    public required string Text { get; init; }

    /// <summary>Completes when there is something newer.</summary>
    public required Task Changed { get; init; }
}

/// <summary>How much of a job's text somebody has: so many UTF-16 code units of that attempt.</summary>
public readonly record struct TextPlace(int Attempt, int Offset);
