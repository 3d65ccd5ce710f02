namespace Pipeline.Core.Steering;

/// <summary>A living worker.</summary>
public sealed record WorkerStatus
{
    /// <summary>Of the process: a restarted one is another worker.</summary>
    public required Guid Id { get; init; }

    /// <summary>Machine and process.</summary>
    public required string Host { get; init; }

    public required string[] Queues { get; init; }

    /// <summary>How many jobs of each queue it runs at once.</summary>
    public required int[] Slots { get; init; }

    /// <summary>False while it loads its models.</summary>
    public required bool Ready { get; init; }

    public required bool Draining { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it had nothing left, after it was told to take nothing new.</summary>
    public DateTimeOffset? DrainedAt { get; init; }

    public required int Running { get; init; }

    /// <summary>JSON; <see cref="Models.WorkerModel.Read"/> reads it.</summary>
    public string ModelFiles { get; init; } = "[]";

    /// <summary>loading, active, draining or drained.</summary>
    public string State => this switch
    {
        { Draining: true, DrainedAt: not null } => "drained",
        { Draining: true } => "draining",
        { Ready: false } => "loading",
        _ => "active",
    };
}
