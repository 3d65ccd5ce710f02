namespace Pipeline.Core.Relay;

/// <summary>What a job waits for.</summary>
/// <param name="For">A value of <see cref="WaitingFor"/>.</param>
/// <param name="Detail">For people: what to do, where something can be done.</param>
public sealed record JobWaiting(string For, string Detail)
{
    /// <summary>Among the jobs of its client: 1 is next, 0 is on its way to a worker; null far from the head, and before the time of a retry.</summary>
    public int? Position { get; init; }

    /// <summary>No more of the jobs that wait in its queue now start before it.</summary>
    public int? AheadMax { get; init; }

    /// <summary>When it should start; null where nobody can know.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>Whether it should be done by its deadline, as long as jobs of its kind take; null where nobody can know, or it has none.</summary>
    public bool? DeadlineLikely { get; init; }
}

/// <summary>Reasons to wait, from the one that matters most.</summary>
public static class WaitingFor
{
    public const string RetryAt = "retry_at";
    public const string Paused = "paused";
    public const string ModelLoading = "model_loading";
    public const string Workers = "workers";
    public const string Broker = "broker";
    public const string Limit = "limit";
    public const string FairShare = "fair_share";

    public static IReadOnlyList<string> All { get; } = [RetryAt, Paused, ModelLoading, Workers, Broker, Limit, FairShare];
}
