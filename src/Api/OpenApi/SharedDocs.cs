using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenApi;

/// <summary>What several endpoints have in common.</summary>
internal static class SharedDocs
{
    // Swagger UI fills examples in, ready to be sent: only values that are good for a first try.
    public static readonly ParameterDoc JobId = new("path", "id", "The job's UUID, such as 019a9c1e-7f00-7000-8000-000000000000.");

    public static readonly ParameterDoc Prefer = new(
        "header", "Prefer",
        "`wait=N` holds the request up to N seconds until the jobs are final, at most Api:WaitMax (60 s); `respond-async` answers at once. RFC 7240.",
        "wait=10");

    public static readonly IReadOnlyList<ParameterDoc> Submission =
    [
        Prefer,
        new("header", "Idempotency-Key", "1 to 255 visible ASCII characters. A repeat with the same payload gets the jobs of the first time."),
        new("header", "Cancel-After", "Whole seconds after which the job expires unless it is finished. Instead of `expires_at`."),
    ];

    public static readonly IReadOnlyList<ProblemType> AnyCall =
        [ProblemType.Unauthorized, ProblemType.NotLocal, ProblemType.StoreUnavailable];

    public static readonly IReadOnlyList<ProblemType> Submissions =
    [
        ProblemType.InvalidInput, ProblemType.NotJson, .. AnyCall, ProblemType.BodyTooLarge, ProblemType.MediaType,
        ProblemType.KeyReused, ProblemType.QueueFull,
    ];

    public static readonly IReadOnlyList<(string Name, string Description)> SubmissionHeaders =
    [
        ("Location", "The job, when one was submitted."),
        ("Preference-Applied", "The preferences that were honoured, with the bound that applied: `wait=60`."),
        ("Idempotency-Replayed", "`true` when the jobs are those of an earlier request with this key."),
    ];

    public const string Succeeded = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"emotion","queue":"emotion","priority":"interactive","state":"succeeded","attempt":1,
         "created_at":"2026-11-20T09:00:00+00:00","started_at":"2026-11-20T09:00:00.01+00:00","finished_at":"2026-11-20T09:00:00.05+00:00",
         "result":{"emotion":"joy","confidence":0.91,
           "scores":{"joy":0.91,"excitement":0.05,"sadness":0.01,"anger":0.01,"fear":0.005,"surprise":0.01,"neutral":0.005},
           "language":"en","model":"emotion-small","fallback_attempted":false,
           "usage":{"prompt_tokens":64,"cached_tokens":48,"completion_tokens":0,"total_tokens":64},
           "timings":{"queued_ms":10.0,"running_ms":40.0}},
         "links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    public const string ChatResult = """{"content":"Seoul.","finish_reason":"stop" """;

    public static string SucceededChat => SucceededOf("chat", ChatResult);

    /// <param name="result">The beginning of the result, without what every generated result has.</param>
    public static string SucceededOf(string kind, string result) => Queued.Replace("emotion", kind, StringComparison.Ordinal)
        .Replace("\"queued\",\"attempt\":0", "\"succeeded\",\"attempt\":1", StringComparison.Ordinal)
        .Replace("\"links\"", "\"result\":" + result + Generated + ",\"links\"", StringComparison.Ordinal);

    public static string QueuedOf(string kind) => Queued.Replace("emotion", kind, StringComparison.Ordinal);

    private const string Generated = """
        ,"model":"Qwen2.5 7B Instruct","usage":{"prompt_tokens":25,"cached_tokens":0,"completion_tokens":3,"total_tokens":28},
        "timings":{"queued_ms":10.0,"running_ms":1190.0}}
        """;

    public const string Queued = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"emotion","queue":"emotion","priority":"interactive","state":"queued","attempt":0,
         "created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    public const string Canceled = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"emotion","queue":"emotion","priority":"interactive","state":"canceled","attempt":0,
         "created_at":"2026-11-20T09:00:00+00:00","finished_at":"2026-11-20T09:00:02+00:00",
         "links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000","retry":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000/retry"}}
        """;
}
