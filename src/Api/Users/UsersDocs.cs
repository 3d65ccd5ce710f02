using Pipeline.Api.Batches;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Steering;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Users;

internal static class UsersDocs
{
    private const string Tag = "users";

    private const string Lines = """
        {"type":"job","job":{"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"emotion","queue":"emotion","priority":"interactive","user":"user-7","state":"queued","attempt":0,"created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}},"input":{"text":"I got the job!"}}
        {"type":"end","conversations":0,"documents":0,"jobs":1,"files":0}
        """;

    private static readonly ParameterDoc User = new("path", "user", "The user's tag as you sent it, percent-encoded.");

    public static readonly EndpointDoc Export = new()
    {
        Name = "exportUser",
        Tag = Tag,
        Summary = "Export all that is kept of a user of yours",
        Description = "Conversations and interviews with their messages, documents with their text, jobs with input and result, with the response and the webhooks that were made of them, and what files of batches had lines of the user; one a line. The last line has the type end: without it the answer was cut short. A user of whom nothing is kept has that line alone.",
        Parameters = [User],
        Answers = [new(200, "One thing a line.", typeof(UserExportLine), Lines) { MediaType = BatchFormats.LinesType }],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Erase = new()
    {
        Name = "eraseUser",
        Tag = Tag,
        Summary = "Erase all that is kept of a user of yours",
        Description = "In the background: jobs in any state that were submitted until now, conversations, interviews and documents, with everything that was made of them. It can be asked for again at any time. The audit keeps that it was done, without the tag.",
        Parameters = [User],
        Answers = [new(202, "The action.", typeof(JobActionResource), JobActionsDocs.Erasure(JobActionScope.User)) { Headers = [("Location", "The action.")] }],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };
}
