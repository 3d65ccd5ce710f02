namespace Pipeline.Contracts;

/// <summary>
/// Sent to every worker, repeatedly while there is a subscription to these jobs: the worker that runs one sends its events to
/// the address. It is forgotten when it is not repeated.
/// </summary>
public sealed record SubscribeToJobs
{
    /// <summary>The queue of one API process.</summary>
    public required string Address { get; init; }

    public required IReadOnlyList<Guid> JobIds { get; init; }

    /// <summary>Something was lost on the way: the worker sends all text so far once more.</summary>
    public bool FromStart { get; init; }
}
