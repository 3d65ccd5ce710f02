using System.Text.Json;
using Pipeline.Api.BareResults;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

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
        new("header", "Idempotency-Key", "1 to 255 visible ASCII characters. A repeat with the same payload gets the first jobs again."),
        new("header", "Cancel-After", "Whole seconds after which the job expires unless it is finished. Instead of `expires_at`."),
    ];

    public static readonly IReadOnlyList<ProblemType> AnyCall =
        [ProblemType.Unauthorized, ProblemType.NotLocal, ProblemType.LimitReached, ProblemType.StoreUnavailable];

    public static readonly IReadOnlyList<ProblemType> Submissions =
    [
        ProblemType.InvalidInput, ProblemType.NotJson, .. AnyCall, ProblemType.CrossSite, ProblemType.BodyTooLarge, ProblemType.MediaType,
        ProblemType.KeyReused, ProblemType.QueueFull, ProblemType.ModelCannotWrite,
    ];

    public static readonly IReadOnlyList<(string Name, string Description)> SubmissionHeaders =
    [
        ("Location", "The job, when one was submitted."),
        ("Preference-Applied", "The preferences that were honoured, with the bound that applied: `wait=60`."),
        ("Idempotency-Replayed", "`true` when the jobs are those of an earlier request with this key."),
    ];

    private static readonly Guid ExampleId = Guid.Parse("019a9c1e-7f00-7000-8000-000000000000");
    private static readonly DateTimeOffset ExampleTime = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The same of paths that answer with the result alone where a client wants that.</summary>
    public static readonly IReadOnlyList<ParameterDoc> ViewedSubmission = [.. Submission, ResultChoice.Doc];

    /// <summary>How a result that was asked for alone is missing.</summary>
    public static readonly IReadOnlyList<ProblemType> ViewedSubmissions = [.. Submissions, ProblemType.JobRejected, ProblemType.JobEnded, ProblemType.JobFailed, ProblemType.NotFinished];

    /// <summary>What a submission of a kind answers.</summary>
    public static IReadOnlyList<AnswerDoc> JobAnswers(JobKind kind) =>
    [
        new(200, "The finished job, with `Prefer: wait`.", typeof(JobResource), Succeeded(kind))
        {
            Headers = SubmissionHeaders,
            Also = (ResultChoice.MediaType, kind.ViewType, kind.ViewExample),
        },
        new(202, "The job as it is.", typeof(JobResource), Queued(kind)) { Headers = SubmissionHeaders },
    ];

    public static string Queued(JobKind kind) => Write(Job(kind, JobState.Queued));

    public static string Succeeded(JobKind kind) => Write(Job(kind, JobState.Succeeded) with
    {
        Attempt = 1,
        StartedAt = ExampleTime.AddMilliseconds(10),
        FinishedAt = ExampleTime.AddMilliseconds(50),
        Result = kind.ResultExample,
    });

    public static string Canceled(JobKind kind) => Write(Job(kind, JobState.Canceled) with { FinishedAt = ExampleTime.AddSeconds(2) });

    // As the API writes it, so that an example cannot have a field that answers have not.
    private static string Write(JobResource job) => JsonSerializer.Serialize(job, ApiJson.Wire.JobResource);

    private static JobResource Job(JobKind kind, string state) => new()
    {
        Id = ExampleId,
        Kind = kind.Name,
        Queue = kind.Queue(JobPriority.Interactive),
        Priority = JobPriorityWords.Interactive,
        State = state,
        Attempt = 0,
        CreatedAt = ExampleTime,
        Links = JobLinks.Of(ExampleId, state),
    };
}
