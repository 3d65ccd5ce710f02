using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.BareResults;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

internal static class JobsDocs
{
    public const string ClientParameter = "client";

    public const string EraseParameter = "erase";

    private const string Tag = "jobs";

    private static readonly JobKind Kind = AnalyzeEmotion.Descriptor;

    private static readonly string Page =
        """{"jobs":[""" + SharedDocs.Succeeded(Kind)
        + """],"links":{"self":"/api/jobs?limit=1","next":"/api/jobs?before=019a9c1e-7f00-7000-8000-000000000000&limit=1"}}""";

    private static readonly ParameterDoc Whose = new(
        "query", ClientParameter, "Operators: also a job of this client, or of anybody with *. Its result, its input and messages of errors are told only where Console:ShowTexts is true.");

    public static readonly EndpointDoc Submit = new()
    {
        Name = "submitJob",
        Tag = Tag,
        Summary = "Submit a job of any kind",
        Parameters = SharedDocs.ViewedSubmission,
        Body = new(typeof(JobRequest), [("Emotion", """{"kind":"emotion","input":{"text":"I got the job!"}}""")]),
        Answers = SharedDocs.JobAnswers(Kind),
        Problems = SharedDocs.ViewedSubmissions,
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listJobs",
        Tag = Tag,
        Summary = "List your jobs, newest first",
        Description = "A page looks at 20,000 jobs at most: where few match it may be short, or empty, and have a `links.next` that goes on.",
        Parameters =
        [
            new("query", "state", "Only jobs in this state."),
            new("query", "kind", "Only jobs of this kind."),
            new("query", "queue", "Only jobs of this queue."),
            new("query", "error_code", "Only jobs that failed, or whose last attempt did, with this code, such as timeout."),
            new("query", "model", "Only jobs whose result this model made."),
            new("query", "batch", "Only jobs of this batch."),
            new("query", "id_or_key", "Only jobs whose id begins with this, or ends with it, or that came with an idempotency key that begins with it (the first 1,000 such keys, as long as they are kept). Of others operators find only ids, unless Console:ShowTexts is true."),
            new("query", CommonFields.ResubmittedFrom, "Only jobs that repeat this one with changes."),
            new("query", "user", "Only jobs that you submitted for this user of yours."),
            new("query", "created_after", "Only jobs accepted at this time or later (RFC 3339)."),
            new("query", "created_before", "Only jobs accepted before this time (RFC 3339)."),
            new("query", ClientParameter, "Operators: the jobs of this client, or of all with *. Texts are left out: of errors only the code is told."),
            new("query", "before", "Only jobs older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers = [new(200, "A page.", typeof(JobPageResource), Page)],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getJob",
        Tag = Tag,
        Summary = "Get a job, at once or once it is final",
        Parameters = [SharedDocs.JobId, SharedDocs.Prefer, Whose, ResultChoice.Doc],
        Answers = [new(200, "The job.", typeof(JobResource), SharedDocs.Succeeded(Kind)) { Also = (ResultChoice.MediaType, Kind.ViewType, Kind.ViewExample) }],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, ProblemType.JobRejected, ProblemType.JobEnded, ProblemType.JobFailed, ProblemType.NotFinished, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Input = new()
    {
        Name = "getJobInput",
        Tag = Tag,
        Summary = "Get what a job was asked",
        Description = "As it can be sent again: {\"kind\", \"input\"} to POST /api/jobs.",
        Parameters = [SharedDocs.JobId, Whose],
        Answers = [new(200, "The input.", typeof(System.Text.Json.JsonElement), """{"text":"I got the job!"}""")],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, ProblemType.Forbidden, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Attempts = new()
    {
        Name = "listAttempts",
        Tag = Tag,
        Summary = "List the attempts of a job that ended without a result",
        Description = "The newest 100, newest first. Of the attempt that runs, or ended with the result, the job itself tells.",
        Parameters = [SharedDocs.JobId, Whose],
        Answers =
        [
            new(200, "The attempts.", typeof(AttemptsResource), """
                {"attempts":[{"attempt":1,"worker":"gpu-1","started_at":"2026-11-20T09:00:00+00:00","ended_at":"2026-11-20T09:05:00+00:00","state":"queued",
                 "error":{"code":"timeout","message":"It took longer than 00:05:00 (Worker:JobTimeout)."}}]}
                """),
        ],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Failures = new()
    {
        Name = "listFailures",
        Tag = Tag,
        Summary = "Count failed jobs by their codes",
        Description = "Among your newest 10,000 jobs, or in a whole batch.",
        Parameters =
        [
            new("query", "batch", "Those of this batch."),
            new("query", ClientParameter, "Operators: those of this client, or of all with *."),
        ],
        Answers =
        [
            new(200, "By code.", typeof(FailuresResource), """
                {"failures":[{"code":"timeout","count":12,"example":{"id":"019a9c1e-7f00-7000-8000-000000000000","message":"It took longer than 00:05:00 (Worker:JobTimeout)."}}],"looked_at_max":10000}
                """),
        ],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Cancel = new()
    {
        Name = "cancelJob",
        Tag = Tag,
        Summary = "Cancel a queued or running job, or erase a final one",
        Description = "A job that waits or runs is canceled. One that is final is erased with everything that was made of it: input, result, steps, webhook deliveries, stored answers, the words of the message that it answered.",
        Parameters =
        [
            SharedDocs.JobId,
            new("query", EraseParameter, "true erases the job in whatever state it is; false only cancels, and refuses a final job. Default: what the state allows."),
        ],
        Answers = [new(200, "The canceled job.", typeof(JobResource), SharedDocs.Canceled(Kind)), new(204, "The job is erased.")],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, ProblemType.JobState, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Retry = new()
    {
        Name = "retryJob",
        Tag = Tag,
        Summary = "Start a failed, canceled or expired job again",
        Description = "The job keeps its id and loses its expiry.",
        Parameters = [SharedDocs.JobId],
        Answers = [new(202, "The job, queued anew.", typeof(JobResource), SharedDocs.Queued(Kind))],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, ProblemType.JobState, .. SharedDocs.AnyCall],
    };
}

/// <summary>The body for readers of the document; <see cref="KindDraft"/> reads it.</summary>
internal sealed record JobRequest : CommonRequest
{
    [Description("A kind of job, for example emotion.")]
    public required string Kind { get; init; }

    [Description("What the kind needs, for emotion {\"text\":…}.")]
    public required JsonElement Input { get; init; }
}
