namespace Pipeline.Contracts;

/// <summary>
/// Told to every worker, again and again while somebody follows these jobs: whoever runs one of them sends its events to the
/// address. It is forgotten when it is not said again.
/// </summary>
public sealed record WatchJobs
{
    /// <summary>The queue of one API process.</summary>
    public required string Address { get; init; }

    public required IReadOnlyList<Guid> JobIds { get; init; }

    /// <summary>Something was lost on the way: the worker sends all text so far once more.</summary>
    public bool FromStart { get; init; }
}
