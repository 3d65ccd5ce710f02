namespace Pipeline.Contracts;

/// <summary>
/// The message a worker receives: a job of its queue is ready. It carries the id alone. The input is read with the row that
/// the worker claims, so texts never rest in the broker and the two cannot disagree (docs/adr/2026-11-20-messages-carry-ids.md).
/// </summary>
public sealed record JobReady(Guid JobId)
{
    /// <summary>Jobs of the same queue that share the message, where one job is so small that its message costs as much; otherwise absent.</summary>
    public IReadOnlyList<Guid>? Others { get; init; }

    /// <summary>The row of the message in the database, which goes when its jobs are done; absent in a message that somebody else wrote.</summary>
    public long? DispatchId { get; init; }

    /// <summary>Every job of the message.</summary>
    public IReadOnlyList<Guid> All() => Others is { Count: > 0 } others ? [JobId, .. others] : [JobId];
}
