using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.Prompts;

internal static class PromptsDocs
{
    private const string Tag = "prompts";

    private const string Prompt = """
        {"id":"019a9c1e-7f00-7000-8000-000000000007","kind":"feedback","name":"strict","language":"en","version":2,"active":true,
         "system":"You judge answers strictly.","user":"Question: {{question}}\nAnswer: {{answer}}\nJudge by: {{criteria}}","examples":[],
         "created_at":"2026-11-20T09:00:00+00:00","version_created_at":"2026-11-20T10:00:00+00:00",
         "links":{"self":"/api/prompts/019a9c1e-7f00-7000-8000-000000000007","versions":"/api/prompts/019a9c1e-7f00-7000-8000-000000000007/versions"}}
        """;

    private static readonly ParameterDoc PromptId = new("path", "id", "The prompt's UUID, such as 019a9c1e-7f00-7000-8000-000000000007.");

    private static readonly IReadOnlyList<ProblemType> Bodies =
        [ProblemType.InvalidInput, ProblemType.NotJson, .. SharedDocs.AnyCall, ProblemType.BodyTooLarge, ProblemType.MediaType];

    public static readonly EndpointDoc List = new()
    {
        Name = "listPrompts",
        Tag = Tag,
        Summary = "List your prompts and the built-in ones",
        Parameters =
        [
            new("query", "kind", "Only prompts for this kind."),
            new("query", "name", "Only prompts of this name."),
            new("query", "language", "Only prompts in this language: ko or en."),
            new("query", "before", "Only prompts older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers = [new(200, "A page.", typeof(PromptPageResource), """{"prompts":[""" + Prompt + """],"links":{"self":"/api/prompts?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Add = new()
    {
        Name = "addPrompt",
        Tag = Tag,
        Summary = "Make a prompt",
        Description = "It is first rendered with a sample: an unknown placeholder or a missing value is refused. A prompt with the kind, name and language of a built-in one takes precedence over it.",
        Body = new(typeof(PromptRequest),
        [
            ("Feedback", """{"kind":"feedback","name":"strict","language":"en","system":"You judge answers strictly.","user":"Question: {{question}}\nAnswer: {{answer}}\nJudge by: {{criteria}}"}"""),
            ("Chat in Korean", """{"kind":"chat","name":"pirate","language":"ko","system":"당신은 해적입니다. 한국어로 답하세요.","examples":[{"user":"안녕?","assistant":"어이, 선원!"}]}"""),
        ]),
        Answers = [new(201, "The prompt.", typeof(PromptResource), Prompt)],
        Problems = [.. Bodies, ProblemType.PromptExists, ProblemType.PromptsFull],
    };

    public static readonly EndpointDoc Preview = new()
    {
        Name = "previewPrompt",
        Tag = Tag,
        Summary = "Render a prompt for an input, without a job",
        Body = new(typeof(PromptPreviewRequest),
        [
            ("Feedback", """{"kind":"feedback","name":"strict","language":"en","system":"You judge answers strictly.","user":"{{question}} {{answer}}","input":{"question":"What is a lock?","answer":"A door part."}}"""),
        ]),
        Answers =
        [
            new(200, "The job's input as it would be stored.", typeof(PromptPreviewResource), """
                {"input":{"messages":[{"role":"system","content":"You judge answers strictly."},{"role":"user","content":"What is a lock? A door part."}],
                 "prompt_source":{"name":"strict","language":"en","version":1}}}
                """),
        ],
        Problems = Bodies,
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getPrompt",
        Tag = Tag,
        Summary = "Get a prompt with its active version",
        Parameters = [PromptId],
        Answers = [new(200, "The prompt.", typeof(PromptResource), Prompt)],
        Problems = [ProblemType.InvalidInput, ProblemType.PromptNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Update = new()
    {
        Name = "updatePrompt",
        Tag = Tag,
        Summary = "Add a version to a prompt and activate it",
        Description = "Without `active` that stays as it is. If the text equals the active version's, no version is added.",
        Parameters = [PromptId],
        Body = new(typeof(PromptTextRequest), [("A new text", """{"system":"You judge answers very strictly.","user":"{{question}} {{answer}}"}""")]),
        Answers = [new(200, "The prompt.", typeof(PromptResource), Prompt)],
        Problems = [.. Bodies, ProblemType.PromptNotFound, ProblemType.PromptBuiltIn, ProblemType.PromptsFull],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deletePrompt",
        Tag = Tag,
        Summary = "Delete a prompt with its versions",
        Description = "Jobs keep the prompts that they were accepted with.",
        Parameters = [PromptId],
        Answers = [new(200, "The prompt as it was.", typeof(PromptResource), Prompt)],
        Problems = [ProblemType.InvalidInput, ProblemType.PromptNotFound, ProblemType.PromptBuiltIn, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Versions = new()
    {
        Name = "listPromptVersions",
        Tag = Tag,
        Summary = "List every version of a prompt, newest first",
        Parameters = [PromptId],
        Answers =
        [
            new(200, "The versions.", typeof(PromptVersionsResource), """
                {"versions":[{"version":2,"in_use":true,"system":"You judge answers strictly.","user":"{{question}} {{answer}}","examples":[],"created_at":"2026-11-20T10:00:00+00:00"},
                             {"version":1,"system":"You judge answers.","user":"{{question}} {{answer}}","examples":[],"created_at":"2026-11-20T09:00:00+00:00"}]}
                """),
        ],
        Problems = [ProblemType.InvalidInput, ProblemType.PromptNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Rollback = new()
    {
        Name = "rollbackPrompt",
        Tag = Tag,
        Summary = "Activate another version of a prompt",
        Description = "Versions never change, so this works in both directions.",
        Parameters = [PromptId],
        Body = new(typeof(PromptVersionRequest), [("The first version", """{"version":1}""")]),
        Answers = [new(200, "The prompt.", typeof(PromptResource), Prompt)],
        Problems = [.. Bodies, ProblemType.PromptNotFound, ProblemType.PromptBuiltIn],
    };
}

/// <summary>The body for readers of the document; <see cref="PromptBody"/> reads it.</summary>
internal record PromptTextRequest
{
    [Description("The system message; {{placeholders}} are replaced.")]
    public required string System { get; init; }

    [Description("The user's message; {{placeholders}} are replaced. Absent for chat, where the client writes the messages.")]
    public string? User { get; init; }

    [Description("Example exchanges for the model, at most Prompts:ExamplesMax (20); placeholders in them are not replaced.")]
    public IReadOnlyList<PromptExample>? Examples { get; init; }

    [Description("Whether jobs find it; default true.")]
    public bool? Active { get; init; }
}

internal record PromptRequest : PromptTextRequest
{
    [Description("chat, feedback, interview or report.")]
    public required string Kind { get; init; }

    [Description("What a job names it by, 1 to 100 characters; default is what a job without a name gets.")]
    public required string Name { get; init; }

    [Description("ko or en.")]
    public required string Language { get; init; }
}

internal sealed record PromptPreviewRequest : PromptRequest
{
    [Description("An input of the kind; default a sample.")]
    public JsonElement? Input { get; init; }
}

internal sealed record PromptVersionRequest
{
    [Description("The number of a version.")]
    public required int Version { get; init; }
}
