namespace Pipeline.Core.Queues;

/// <summary>One queue as it was at the last sample.</summary>
public sealed record QueueStatus
{
    public required string Queue { get; init; }

    /// <summary>Nothing of it is dispatched until somebody resumes it.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Jobs that came in the last 60 seconds, retries included.</summary>
    public required int AcceptedPerMinute { get; init; }

    /// <summary>Jobs that wait, delayed retries included.</summary>
    public required int Depth { get; init; }

    public required int DepthMax { get; init; }

    /// <summary>Those of <see cref="Depth"/> that are with the broker, or with a worker that will start them next.</summary>
    public required int Dispatched { get; init; }

    public required int Running { get; init; }

    /// <summary>Seconds that the job at the head has waited; null when none waits.</summary>
    public required double? OldestSeconds { get; init; }

    /// <summary>Jobs that reached a final state in the last 60 seconds.</summary>
    public required int FinishedPerMinute { get; init; }

    /// <summary>Jobs a second since the first that ended in the last 60 seconds.</summary>
    public double DrainPerSecond { get; init; }

    /// <summary>Living workers that consume the queue.</summary>
    public required int Workers { get; init; }

    /// <summary>Jobs that they run at once.</summary>
    public required int Slots { get; init; }

    /// <summary>How long jobs have waited in the database although workers had room for them, in seconds.</summary>
    public double LagSeconds { get; init; }

    /// <summary>Clients with jobs that are not dispatched yet.</summary>
    public required int ClientsWaiting { get; init; }
}
