using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Ask;

internal static class AskDocs
{
    private const string Sources = """
        "sources":[{"number":1,USED"found":{"document_id":"019a9c1e-7f00-7000-8000-000000000002","title":"Returns","chunk":0,
          "text":"# Returns\nGoods can be returned within 30 days. The money is back after a week.","score":0.181818,"similarity":0.8123,
          "metadata":{"team":"shop"},"links":{"document":"/api/documents/019a9c1e-7f00-7000-8000-000000000002"}}}]
        """;

    private const string Job = """
        "job":{"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"chat","queue":"chat","priority":"interactive","state":"STATE","attempt":ATTEMPT,
         "created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    public static readonly EndpointDoc Ask = new()
    {
        Name = "ask",
        Tag = "documents",
        Summary = "Ask your documents",
        Description = "Finds the passages closest to the question and lets the chat model answer from them alone, citing their numbers. If none is close enough the answer says so, and no model is asked. With `Prefer: wait` a chat that ended without an answer is a problem.",
        Parameters = [SharedDocs.Prefer],
        Body = new(typeof(AskRequest), [("A question to documents", """{"question":"How long may I return goods?","k":3}""")]),
        Answers =
        [
            new(200, "The answer, with `Prefer: wait`; or at once that no source is close enough.", typeof(AskResource),
                $$$"""{"known":true,"answer":"Within 30 days [1].",{{{Sources.Replace("USED", "\"used\":true,", StringComparison.Ordinal)}}},{{{State("succeeded", "1")}}}}"""),
            new(202, "The sources, and the job that answers as `content` of its result.", typeof(AskResource),
                $$$"""{"known":true,{{{Sources.Replace("USED", "", StringComparison.Ordinal)}}},{{{State("queued", "0")}}}}"""),
        ],
        Problems =
        [
            ProblemType.InvalidInput, ProblemType.NotJson, .. SharedDocs.AnyCall, ProblemType.BodyTooLarge, ProblemType.MediaType, ProblemType.QueueFull, ProblemType.ModelCannotWrite,
            ProblemType.ContextLengthExceeded, ProblemType.JobRejected, ProblemType.JobEnded, ProblemType.JobFailed,
        ],
    };

    private static string State(string state, string attempt) =>
        Job.Replace("STATE", state, StringComparison.Ordinal).Replace("ATTEMPT", attempt, StringComparison.Ordinal);
}

/// <summary>The body for readers of the document; <see cref="Questions"/> reads it.</summary>
internal sealed record AskRequest
{
    [Description("At most Search:QueryLengthMax (2,000) UTF-16 code units.")]
    public required string Question { get; init; }

    [Description("Number of sources, 1 to Ask:SourcesMax (20); default 5.")]
    public int? K { get; init; }

    [Description("Only documents whose metadata contains all of this object.")]
    public JsonElement? Filter { get; init; }

    [Description("Most tokens of the answer; default the worker's limit.")]
    public int? MaxTokens { get; init; }

    [Description("interactive (default) or bulk.")]
    public string? Priority { get; init; }

    [Description("RFC 3339 time at which the job expires unless it has finished; at most Api:ExpiryMax (30 days) ahead.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}
