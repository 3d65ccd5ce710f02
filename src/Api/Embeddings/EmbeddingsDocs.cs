using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;

namespace Pipeline.Api.Embeddings;

internal static class EmbeddingsDocs
{
    private const string Succeeded = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"embedding","queue":"embedding","priority":"interactive","state":"succeeded","attempt":1,
         "created_at":"2026-11-20T09:00:00+00:00","started_at":"2026-11-20T09:00:00.01+00:00","finished_at":"2026-11-20T09:00:00.03+00:00",
         "result":{"embeddings":[[0.6,-0.8]],"dimensions":2,"model":"embedding-mini-ko-en",
           "usage":{"prompt_tokens":6,"cached_tokens":0,"completion_tokens":0,"total_tokens":6},
           "timings":{"queued_ms":5.0,"running_ms":8.0}},
         "links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    private const string Queued = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"embedding","queue":"embedding","priority":"interactive","state":"queued","attempt":0,
         "created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    public static readonly EndpointDoc Embed = new()
    {
        Name = "embedTexts",
        Tag = "embeddings",
        Summary = "Embed one text or several",
        Description = "One text becomes one job. Several are answered as {\"jobs\":[…]}: each job holds 64 of them, in their order. Vectors have length 1.",
        Parameters = SharedDocs.Submission,
        Body = new(typeof(EmbeddingsRequest),
        [
            ("One text to embed", """{"text":"I got the job!"}"""),
            ("Several texts to embed", """{"texts":["I got the job!","오늘은 정말 힘든 하루였어."],"priority":"bulk"}"""),
        ]),
        Answers =
        [
            new(200, "The finished job, with `Prefer: wait`.", typeof(JobResource), Succeeded) { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The job as it is.", typeof(JobResource), Queued) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = SharedDocs.Submissions,
    };
}

/// <summary>The body for readers of the document; <see cref="EmbeddingsDraft"/> reads it.</summary>
[Description("Exactly one of text and texts.")]
internal sealed record EmbeddingsRequest : CommonRequest
{
    [Description("The text, at most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public string? Text { get; init; }

    [Description("1 to Api:EmbeddingTextsMax (2,048) texts.")]
    public IReadOnlyList<string>? Texts { get; init; }

    [Description("Numbers in each vector, where the model allows fewer than it has (Models:Embedding:DimensionsMin).")]
    public int? Dimensions { get; init; }
}
