namespace Pipeline.Contracts;

/// <summary>
/// The message a worker receives: a job waits in this lane. It carries the id alone. The input is read with the row that
/// the worker claims, so texts never rest in the broker and the two can not disagree (docs/adr/2026-11-20-messages-carry-ids.md).
/// </summary>
public sealed record JobReady(Guid JobId);
