namespace Pipeline.Core.Queues;

/// <summary>One queue as it was at the last sample.</summary>
public sealed record QueueStatus
{
    public required string Queue { get; init; }

    /// <summary>Jobs that wait, delayed retries included.</summary>
    public required int Depth { get; init; }

    public required int DepthMax { get; init; }

    public required int Running { get; init; }

    /// <summary>Seconds that the job at the head has waited; null when none waits.</summary>
    public required double? OldestSeconds { get; init; }

    /// <summary>Jobs that reached a final state in the last 60 seconds.</summary>
    public required int FinishedPerMinute { get; init; }

    /// <summary>Living workers that consume the queue.</summary>
    public required int Workers { get; init; }
}
