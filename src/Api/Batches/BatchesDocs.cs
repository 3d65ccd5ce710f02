using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Steering;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Batches;

internal static class BatchesDocs
{
    private const string Tag = "batches";

    private const string Links =
        """{"self":"/api/batches/019a9c1e-7f00-7000-8000-000000000001","results":"/api/batches/019a9c1e-7f00-7000-8000-000000000001/results"}""";

    private const string Queued = """
        {"id":"019a9c1e-7f00-7000-8000-000000000001","state":"queued","items":2,
         "counts":{"queued":2,"running":0,"succeeded":0,"failed":0,"canceled":0,"expired":0},"progress":0,
         "created_at":"2026-11-20T09:00:00+00:00","links":
        """ + Links + "}";

    private const string Running = """
        {"id":"019a9c1e-7f00-7000-8000-000000000001","state":"running","items":50000,
         "counts":{"queued":37936,"running":64,"succeeded":11990,"failed":10,"canceled":0,"expired":0},"progress":0.24,
         "finished_per_minute":3600,"eta_seconds":633.3,
         "created_at":"2026-11-20T09:00:00+00:00","started_at":"2026-11-20T09:00:00.2+00:00","links":
        """ + Links + "}";

    private const string Canceled = """
        {"id":"019a9c1e-7f00-7000-8000-000000000001","state":"finished","items":50000,
         "counts":{"queued":0,"running":0,"succeeded":11990,"failed":10,"canceled":38000,"expired":0},"progress":1,
         "created_at":"2026-11-20T09:00:00+00:00","started_at":"2026-11-20T09:00:00.2+00:00",
         "finished_at":"2026-11-20T09:03:21+00:00","canceled_at":"2026-11-20T09:03:20+00:00","links":
        """ + Links + "}";

    private const string Lines = """
        {"cursor":"7421-0","index":0,"key":"review-1","id":"019a9c1e-7f00-7000-8000-000000000002","state":"succeeded","attempt":1,"finished_at":"2026-11-20T09:00:00.4+00:00","result":{"emotion":"joy","confidence":0.91}}
        {"cursor":"7423-1","index":1,"key":"review-2","id":"019a9c1e-7f00-7000-8000-000000000003","state":"failed","attempt":1,"finished_at":"2026-11-20T09:00:00.6+00:00","error":{"code":"rejected","message":"Text has 9000 tokens; at most 8192 are read."}}

        """;

    private static readonly ParameterDoc BatchId = new("path", "id", "The batch's UUID, such as 019a9c1e-7f00-7000-8000-000000000001.");

    public static readonly EndpointDoc Submit = new()
    {
        Name = "submitBatch",
        Tag = Tag,
        Summary = "Submit up to 50,000 jobs as one request",
        Description = "Accepted as a whole or not at all: one bad item refuses the batch and is named as items[N]. The jobs go to the bulk queues and never delay interactive ones.",
        Parameters =
        [
            new("query", "kind", "The kind of every item; an item is then the kind's input itself, with an optional `key`."),
            new("query", "callback_url", "URL for one signed webhook when the last job is final; requires POST /api/webhooks/secrets first."),
            new("query", "deadline", "When you would like to have the results: RFC 3339 time, or a time from now such as 30m or 2h; for items that name none."),
            new("header", "Idempotency-Key", "1 to 255 visible ASCII characters. A repeat with the same items gets the first batch again."),
            new("header", "Cancel-After", "Whole seconds after which every job expires unless it is finished."),
        ],
        Body = new(typeof(IReadOnlyList<BatchItemRequest>),
        [
            ("Two items", """[{"kind":"emotion","input":{"text":"I got the job!"},"key":"review-1"},{"kind":"emotion","input":{"text":"오늘은 정말 힘든 하루였어."},"key":"review-2"}]"""),
        ])
        {
            Lines = """
                {"kind":"emotion","input":{"text":"I got the job!"},"key":"review-1"}
                {"kind":"emotion","input":{"text":"오늘은 정말 힘든 하루였어."},"key":"review-2"}

                """,
        },
        Answers =
        [
            new(202, "The batch.", typeof(BatchResource), Queued)
            {
                Headers = [("Location", "The batch."), ("Idempotency-Replayed", "`true` when it is that of an earlier request with this key.")],
            },
        ],
        Problems = [.. SharedDocs.Submissions, ProblemType.SpoolUnavailable],
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listBatches",
        Tag = Tag,
        Summary = "List your batches, newest first",
        Parameters =
        [
            new("query", JobsDocs.ClientParameter, "Operators: those of this client, or of all with *; without texts and results."),
            new("query", "before", "Only batches older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers =
        [
            new(200, "A page.", typeof(BatchPageResource), """
                {"batches":[{"id":"019a9c1e-7f00-7000-8000-000000000001","items":50000,"created_at":"2026-11-20T09:00:00+00:00","links":
                """ + Links + """}],"links":{"self":"/api/batches?limit=50"}}"""),
        ],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getBatch",
        Tag = Tag,
        Summary = "Get a batch with its progress",
        Parameters = [BatchId, new("query", JobsDocs.ClientParameter, "Operators: also a batch of this client, or of anybody with *.")],
        Answers = [new(200, "The batch.", typeof(BatchResource), Running)],
        Problems = [ProblemType.InvalidInput, ProblemType.BatchNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Results = new()
    {
        Name = "getBatchResults",
        Tag = Tag,
        Summary = "Read the results of a batch, while it runs or after",
        Description = "One final job per line, in the order in which they became final. Continue after the last line you read with `?after=` and its `cursor`: no result is skipped, and none is repeated unless its job was retried.",
        Parameters =
        [
            BatchId,
            new("query", "after", "The cursor of the last line that was read."),
            new("header", "Prefer", "`wait=N` goes on for up to N seconds, at most Api:WaitMax (60 s), with results as they come; ends when the batch is finished."),
        ],
        Answers = [new(200, "The results so far.", typeof(BatchResultResource), Lines) { MediaType = BatchFormats.LinesType }],
        Problems = [ProblemType.InvalidInput, ProblemType.BatchNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Cancel = new()
    {
        Name = "cancelBatch",
        Tag = Tag,
        Summary = "Cancel the unfinished jobs of a batch, or erase it",
        Description = "Final jobs stay as they are. Canceling a finished batch changes nothing and is not an error. With `erase=true` the batch goes, in the background, with all its jobs, their results and deliveries; of one that was made of a file also input, output and errors.",
        Parameters = [BatchId, new("query", JobsDocs.EraseParameter, "true erases the batch; default false.")],
        Answers =
        [
            new(200, "The batch.", typeof(BatchResource), Canceled),
            new(202, "With `erase=true`: the action.", typeof(JobActionResource), JobActionsDocs.Erasure(JobActionScope.Batch)) { Headers = [("Location", "The action.")] },
        ],
        Problems = [ProblemType.InvalidInput, ProblemType.BatchNotFound, .. SharedDocs.AnyCall],
    };
}

/// <summary>An item for readers of the document; <see cref="BatchItemDraft"/> reads it.</summary>
internal sealed record BatchItemRequest
{
    [Description("A kind of job, for example emotion.")]
    public required string Kind { get; init; }

    [Description("What the kind needs, for emotion {\"text\":…}.")]
    public required JsonElement Input { get; init; }

    [Description("When you would like to have the result: RFC 3339 time, or a time from now such as 30m or 2h; the job is done afterwards all the same.")]
    public string? Deadline { get; init; }

    [Description("Your own name for the item, 1 to 255 characters, returned with its result. Need not be unique.")]
    public string? Key { get; init; }

    [Description("RFC 3339 time at which the job expires unless it has finished; at most Api:ExpiryMax (30 days) ahead.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("Whom you do it for: 1 to 200 characters of your own.")]
    public string? User { get; init; }
}
