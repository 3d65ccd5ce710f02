using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Chat;

internal static class ChatDocs
{
    public static readonly EndpointDoc Complete = KindDocs.Of(
        "completeChat",
        "chat",
        "Get the next message of a conversation",
        typeof(ChatRequest),
        CompleteChat.Kind,
        SharedDocs.ChatResult,
        ("A question", """{"messages":[{"role":"user","content":"What is the capital of Korea?"}],"temperature":0,"max_tokens":64}"""),
        ("A conversation", """{"prompt":"teacher","messages":[{"role":"user","content":"안녕하세요!"},{"role":"assistant","content":"안녕하세요, 무엇을 도와드릴까요?"},{"role":"user","content":"재귀가 뭐예요?"}]}""")).Streamed();
}

/// <summary>The body for readers of the document; <see cref="KindDraft"/> reads it as <see cref="CompleteChat"/>.</summary>
internal sealed record ChatRequest : CommonRequest
{
    [Description("1 to Input:MessagesMax (256) messages, the oldest first: system messages at the start, the user's at the end.")]
    public required IReadOnlyList<ChatRequestMessage> Messages { get; init; }

    [Description("Randomness, 0 to 2; default Models:Chat:Temperature (0.7).")]
    public double? Temperature { get; init; }

    [Description("Most tokens of the answer, at most Input:OutputTokensMax (4,096); default Models:Chat:OutputTokensMax (1,024).")]
    public int? MaxTokens { get; init; }

    [Description("Most tokens of the messages, as the model counts them: the oldest leave, and a warning says so. System messages and the last one stay.")]
    public int? ContextTokens { get; init; }

    [Description("Draws among the most probable tokens that together have this probability, 0 to 1.")]
    public double? TopP { get; init; }

    [Description("The same seed and the same request give the same answer on the same machine.")]
    public long? Seed { get; init; }

    [Description("Up to 16 texts that end the answer and are not part of it.")]
    public IReadOnlyList<string>? Stop { get; init; }

    [Description("-2 to 2: makes tokens that occurred less probable.")]
    public double? PresencePenalty { get; init; }

    [Description("-2 to 2: makes tokens that occurred often less probable.")]
    public double? FrequencyPenalty { get; init; }

    [Description("Tells how probable each token was, with so many of the most probable ones at its place: 0 to 20.")]
    public int? TopLogprobs { get; init; }

    [Description("A JSON schema that the answer follows.")]
    public JsonElement? Schema { get; init; }

    [Description("true: server-sent events instead of the job.")]
    public bool? Stream { get; init; }

    [Description("Name of a chat prompt that brings the system message: default, coding, teacher, creative; absent: none.")]
    public string? Prompt { get; init; }

    [Description("Language of that prompt, ko or en; default the last message's.")]
    public string? Language { get; init; }
}

/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">At most Input:TextLengthMax (20,000) UTF-16 code units.</param>
internal sealed record ChatRequestMessage(string Role, string Content);
