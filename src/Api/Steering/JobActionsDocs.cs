using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Steering;

internal static class JobActionsDocs
{
    private const string Tag = "jobs";

    private const string Action = """
        {"id":"019a9c1e-7f00-7000-8000-00000000000e","action":"retry","state":"running","changed":1200,"progress":0.25,"states":["failed"],"error_code":"timeout","client":"web",
         "created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/actions/019a9c1e-7f00-7000-8000-00000000000e"}}
        """;

    public static string Erasure(string scope) => $$$"""
        {"id":"019a9c1e-7f00-7000-8000-00000000000e","action":"erase","state":"running","changed":0,"progress":0,"states":["queued","running","succeeded","failed","canceled","expired"],"scope":"{{{scope}}}","client":"web",
         "created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/actions/019a9c1e-7f00-7000-8000-00000000000e"}}
        """;

    private static readonly ParameterDoc Id = new("path", "id", "The action's id.");

    public static readonly EndpointDoc Cancel = Change(
        "cancelJobs", "Cancel many jobs, by a filter", ("All that wait", """{"states":["queued"]}"""), ("Only count", """{"kind":"report","dry_run":true}"""), ("Of one queue", """{"queue":"emotion-bulk"}"""));

    public static readonly EndpointDoc Retry = Change(
        "retryJobs", "Retry many jobs, by a filter", ("Those that took too long", """{"error_code":"timeout"}"""), ("Of an hour", """{"created_after":"2026-11-20T08:00:00Z","created_before":"2026-11-20T09:00:00Z"}"""));

    public static readonly EndpointDoc Erase = Change(
        "eraseJobs", "Erase many jobs, by a filter", ("What is final and older", """{"created_before":"2026-10-01T00:00:00Z"}"""), ("Of a user of yours", """{"user":"user-7","dry_run":true}"""));

    public static readonly EndpointDoc List = new()
    {
        Name = "listJobActions",
        Tag = Tag,
        Summary = "List what was done to many jobs, newest first",
        Description = "Your own; an operator sees all.",
        Parameters =
        [
            new("query", "before", "Only actions older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers = [new(200, "A page.", typeof(JobActionPageResource), """{"actions":[""" + Action + """],"links":{"self":"/api/jobs/actions?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getJobAction",
        Tag = Tag,
        Summary = "Get how far an action is",
        Parameters = [Id],
        Answers = [new(200, "The action.", typeof(JobActionResource), Action)],
        Problems = [ProblemType.InvalidInput, ProblemType.JobActionNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Stop = new()
    {
        Name = "stopJobAction",
        Tag = Tag,
        Summary = "Stop an action where it is",
        Description = "What it changed stays changed. One that has ended stays as it is.",
        Parameters = [Id],
        Answers = [new(200, "The action.", typeof(JobActionResource), Action)],
        Problems = [ProblemType.InvalidInput, ProblemType.JobActionNotFound, .. SharedDocs.AnyCall],
    };

    private static EndpointDoc Change(string name, string summary, params IReadOnlyList<(string, string)> examples) => new()
    {
        Name = name,
        Tag = Tag,
        Summary = summary,
        Description = "In the background, oldest jobs first, a few hundred at a time; it goes on whatever happens to the process that took it. With `dry_run` nothing is changed, and the count is answered.",
        Body = new(typeof(JobActionRequest), examples),
        Answers =
        [
            new(200, "With `dry_run`: how many jobs there are; at least so many where `more` is true, since the count ends after 1,000,000 or a part of a second.", typeof(JobCountResource), """{"matched":4711,"more":false}"""),
            new(202, "The action.", typeof(JobActionResource), Action) { Headers = [("Location", "The action.")] },
        ],
        Problems = [ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, .. SharedDocs.AnyCall],
    };
}
