using System.ComponentModel;
using Pipeline.Core.Batches;

namespace Pipeline.Api.Batches;

/// <summary>A batch as clients see it.</summary>
[Description("A batch with its progress. Fields without a value are omitted.")]
internal sealed record BatchResource
{
    [Description("UUIDv7: ids sort by creation.")]
    public required Guid Id { get; init; }

    [Description("Whose it is; only where those of others were asked for.")]
    public string? Client { get; init; }

    [Description("queued, running or finished. A batch runs again when one of its jobs is retried.")]
    public required string State { get; init; }

    [Description("Number of its jobs.")]
    public required int Items { get; init; }

    [Description("Its jobs by state.")]
    public required BatchCounts Counts { get; init; }

    [Description("Share of its jobs that are final, 0 to 1.")]
    public required double Progress { get; init; }

    [Description("Jobs that became final per minute, over the last 60 s; absent while there are none.")]
    public double? FinishedPerMinute { get; init; }

    [Description("Seconds until it finishes at that rate; absent while unknown, and once finished.")]
    public double? EtaSeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When its first job was started.")]
    public DateTimeOffset? StartedAt { get; init; }

    [Description("When its last job became final.")]
    public DateTimeOffset? FinishedAt { get; init; }

    [Description("When its unfinished jobs were canceled.")]
    public DateTimeOffset? CanceledAt { get; init; }

    public required BatchLinks Links { get; init; }

    public static BatchResource Of(BatchProgress batch)
    {
        var counts = new BatchCounts(batch.Queued, batch.Running, batch.Succeeded, batch.Failed, batch.Canceled, batch.Expired);
        var isFinished = batch.Left is 0;
        return new()
        {
            Id = batch.Id,
            State = isFinished ? "finished" : batch.StartedAt is null ? "queued" : "running",
            Items = batch.Items,
            Counts = counts,
            Progress = Math.Round(1 - ((double)batch.Left / batch.Items), 4),
            FinishedPerMinute = batch.FinishedPerMinute is { } rate ? Math.Round(rate, 1) : null,
            EtaSeconds = batch.TimeLeft is { } left ? Math.Round(left.TotalSeconds, 1) : null,
            CreatedAt = batch.CreatedAt,
            StartedAt = batch.StartedAt,
            FinishedAt = isFinished ? batch.FinishedAt : null,
            CanceledAt = batch.CanceledAt,
            Links = BatchLinks.Of(batch.Id),
        };
    }
}

/// <summary>Jobs by state. What retention has deleted is in none.</summary>
internal sealed record BatchCounts(int Queued, int Running, int Succeeded, int Failed, int Canceled, int Expired);

/// <param name="Self">GET reads it; DELETE cancels what is left of it.</param>
/// <param name="Results">GET reads the results so far.</param>
internal sealed record BatchLinks(string Self, string Results)
{
    public static string PathOf(Guid id) => $"/api/batches/{id}";

    public static BatchLinks Of(Guid id) => new(PathOf(id), PathOf(id) + "/results");
}

/// <summary>A batch in a list: without counts, which are for <c>links.self</c>.</summary>
/// <param name="Client">Whose it is; only where those of others were asked for.</param>
internal sealed record BatchSummary(Guid Id, string? Client, int Items, DateTimeOffset CreatedAt, DateTimeOffset? CanceledAt, BatchLinks Links)
{
    /// <param name="batch">Of the store.</param>
    /// <param name="isOwn">Whether the caller asked for its own.</param>
    public static BatchSummary Of(Batch batch, bool isOwn) =>
        new(batch.Id, isOwn ? null : batch.Client, batch.Items, batch.CreatedAt, batch.CanceledAt, BatchLinks.Of(batch.Id));
}

/// <param name="Batches">Newest first.</param>
internal sealed record BatchPageResource(IReadOnlyList<BatchSummary> Batches, Jobs.PageLinks Links);
