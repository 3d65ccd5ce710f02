using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.Conversations;

internal static class ConversationsDocs
{
    private const string Tag = "conversations";

    private const string Empty = """
        {"id":"019a9c1e-7f00-7000-8000-000000000003","created_at":"2026-11-20T09:00:00+00:00","prompt":{"name":"teacher","language":"ko","version":1},"messages":[],
         "links":{"self":"/api/conversations/019a9c1e-7f00-7000-8000-000000000003","messages":"/api/conversations/019a9c1e-7f00-7000-8000-000000000003/messages"}}
        """;

    private const string Full = """
        {"id":"019a9c1e-7f00-7000-8000-000000000003","created_at":"2026-11-20T09:00:00+00:00","prompt":{"name":"teacher","language":"ko","version":1},
         "messages":[
           {"role":"user","content":"재귀가 뭐예요?","job_id":"019a9c1e-7f00-7000-8000-000000000000","state":"succeeded","created_at":"2026-11-20T09:00:05+00:00"},
           {"role":"assistant","content":"함수가 자기 자신을 부르는 것입니다.","job_id":"019a9c1e-7f00-7000-8000-000000000000","state":"succeeded","created_at":"2026-11-20T09:00:05+00:00"}],
         "links":{"self":"/api/conversations/019a9c1e-7f00-7000-8000-000000000003","messages":"/api/conversations/019a9c1e-7f00-7000-8000-000000000003/messages"}}
        """;

    private static readonly ParameterDoc Id = new("path", "id", "The conversation's UUID.");

    public static readonly EndpointDoc Begin = new()
    {
        Name = "beginConversation",
        Tag = Tag,
        Summary = "Start a conversation with stored messages",
        Body = new(typeof(ConversationRequest), [("A template", """{"prompt":"teacher","language":"ko"}"""), ("Your own words", """{"system_prompt":"Answer in one sentence."}""")]),
        Answers = [new(201, "The conversation, without messages.", typeof(ConversationResource), Empty)],
        Problems = [ProblemType.InvalidInput, ProblemType.NotJson, .. SharedDocs.AnyCall, ProblemType.BodyTooLarge, ProblemType.MediaType],
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listConversations",
        Tag = Tag,
        Summary = "List your conversations, newest first",
        Parameters =
        [
            new("query", "before", "Only conversations older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers = [new(200, "A page.", typeof(ConversationPageResource), """{"conversations":[""" + Empty + """],"links":{"self":"/api/conversations?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getConversation",
        Tag = Tag,
        Summary = "Get a conversation with its messages",
        Parameters = [Id],
        Answers = [new(200, "The conversation.", typeof(ConversationResource), Full)],
        Problems = [ProblemType.InvalidInput, ProblemType.ConversationNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deleteConversation",
        Tag = Tag,
        Summary = "Delete a conversation with its messages",
        Parameters = [Id],
        Answers = [new(204, "The conversation is gone.")],
        Problems = [ProblemType.InvalidInput, ProblemType.ConversationNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Say = new EndpointDoc
    {
        Name = "sendMessage",
        Tag = Tag,
        Summary = "Send a message; the answer is a chat job",
        Description = "The model sees the system message, the newest Conversation:ContextMessages (5) messages within Conversation:ContextTokens (4,096) tokens, and this one. One message is answered at a time.",
        Parameters = [Id, .. SharedDocs.ViewedSubmission],
        Body = new(typeof(MessageRequest), [("A message", """{"content":"재귀가 뭐예요?"}""")]) { Also = [typeof(CommonRequest)] },
        Answers = SharedDocs.JobAnswers(CompleteChat.Descriptor),
        Problems = [.. SharedDocs.ViewedSubmissions, ProblemType.ConversationNotFound, ProblemType.ConversationState],
    }.Streamed();
}

/// <summary>The body for readers of the document.</summary>
internal sealed record ConversationRequest
{
    [Description("Name of a chat prompt: default, coding, teacher, creative.")]
    public string? Prompt { get; init; }

    [Description("Language of that prompt, ko or en; default en.")]
    public string? Language { get; init; }

    [Description("A system message of your own instead.")]
    public string? SystemPrompt { get; init; }

    [Description("Whose conversation it is: 1 to 200 characters of your own. Messages have the same user unless they name one.")]
    public string? User { get; init; }
}

/// <summary>The body for readers of the document.</summary>
internal sealed record MessageRequest : SampledMessage
{
    [Description("At most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public required string Content { get; init; }

    [Description("true: server-sent events instead of the job.")]
    public bool? Stream { get; init; }
}

/// <summary>What every message may say of its answer.</summary>
internal abstract record SampledMessage
{
    [Description("Randomness, 0 to 2; default Kinds:Chat:Temperature (0.7).")]
    public double? Temperature { get; init; }

    [Description("Most tokens of the answer, at most Input:OutputTokensMax (4,096); default Kinds:Chat:OutputTokensMax (1,024).")]
    public int? MaxTokens { get; init; }
}
