namespace Pipeline.Core.Attempts;

/// <summary>A job that this worker has set running, or a poison candidate that it may set running.</summary>
internal sealed record ClaimedJob
{
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    public required string Kind { get; init; }

    public required string Queue { get; init; }

    public required int Attempt { get; init; }

    public required int Failures { get; init; }

    public required string Input { get; init; }

    /// <summary>Where somebody follows it from the beginning; null when nobody does.</summary>
    public string? Subscriber { get; init; }

    /// <summary>A worker died while it ran this job, and it is not claimed yet.</summary>
    public required bool IsPoisonCandidate { get; init; }

    public required double QueuedSeconds { get; init; }

    /// <summary>Null when it never expires.</summary>
    public double? SecondsToExpiry { get; init; }
}
