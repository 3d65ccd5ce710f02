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

    private const string Tag = "jobs";

    private static readonly JobKind Kind = AnalyzeEmotion.Descriptor;

    private static readonly string Page =
        """{"jobs":[""" + SharedDocs.Succeeded(Kind)
        + """],"links":{"self":"/api/jobs?limit=1","next":"/api/jobs?before=019a9c1e-7f00-7000-8000-000000000000&limit=1"}}""";

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
        Parameters =
        [
            new("query", "state", "Only jobs in this state."),
            new("query", "kind", "Only jobs of this kind."),
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
        Parameters = [SharedDocs.JobId, SharedDocs.Prefer, ResultChoice.Doc],
        Answers = [new(200, "The job.", typeof(JobResource), SharedDocs.Succeeded(Kind)) { Also = (ResultChoice.MediaType, Kind.ViewType, Kind.ViewExample) }],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, ProblemType.JobRejected, ProblemType.JobFailed, ProblemType.NotFinished, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Cancel = new()
    {
        Name = "cancelJob",
        Tag = Tag,
        Summary = "Cancel a queued or running job",
        Parameters = [SharedDocs.JobId],
        Answers = [new(200, "The canceled job.", typeof(JobResource), SharedDocs.Canceled(Kind))],
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
