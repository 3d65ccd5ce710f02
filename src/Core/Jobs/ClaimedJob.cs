namespace Pipeline.Core.Jobs;

/// <summary>A job that this worker has set running.</summary>
internal sealed record ClaimedJob
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Lane { get; init; }

    public required int Attempt { get; init; }

    public required int Failures { get; init; }

    public required string Input { get; init; }

    public required double QueuedSeconds { get; init; }

    /// <summary>Null when it never expires.</summary>
    public double? SecondsToExpiry { get; init; }
}
