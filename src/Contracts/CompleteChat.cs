using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>The next message of a conversation.</summary>
public sealed record CompleteChat : IJob<CompleteChat, ChatResult>, IPrompted
{
    public static string Kind => "chat";

    public static JsonTypeInfo<CompleteChat> Json => CompleteChatJson.Unescaped.CompleteChat;

    public static JsonTypeInfo<ChatResult> ResultJson => CompleteChatJson.Unescaped.ChatResult;

    /// <summary>Oldest first; a system message only at the start, and the last one is the user's.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Randomness, 0 to 2; 0 always takes the most probable token. Null leaves it to the worker.</summary>
    public double? Temperature { get; init; }

    /// <summary>Most tokens of the answer; null leaves it to the worker. A longer answer is cut and says so.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// Most tokens of the messages, counted by the model that answers: the oldest leave, and the result says so. System messages
    /// and the last one stay. Null leaves it to the model's context.
    /// </summary>
    public int? ContextTokens { get; init; }

    /// <summary>Draws among the most probable tokens that together have this probability, 0 to 1. Null leaves it to the worker.</summary>
    public double? TopP { get; init; }

    /// <summary>Makes the answer repeatable; null draws another each time.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end the answer and are not part of it, at most <see cref="TokenRules.StopsMax"/>.</summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>-2 to 2: makes tokens that occurred less probable. Null is 0.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>-2 to 2: makes tokens that occurred often less probable. Null is 0.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>
    /// Tells how probable each token was, with so many of the most probable ones at its place: 0 to <see cref="TokenRules.TopLogprobsMax"/>.
    /// Null tells nothing.
    /// </summary>
    public int? TopLogprobs { get; init; }

    /// <summary>A JSON schema that the answer follows; null for any text. An answer cut at its limit is no JSON.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Name of a template whose system message begins the conversation, for example <c>teacher</c>; null: none.</summary>
    public string? Prompt { get; init; }

    /// <summary>Language of that template, <c>ko</c> or <c>en</c>; null: that of the last message.</summary>
    public string? Language { get; init; }

    /// <summary>Written by the API.</summary>
    public PromptSource? PromptSource { get; init; }

    IReadOnlyList<PromptChoice> IPrompted.Prompts =>
        Prompt is null ? [] : [new(Kind, Prompt, Language ?? TextLanguage.Written(Messages[^1].Content))];

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems =
        [
            .. PromptRules.Messages("messages", Messages, limits),
            .. PromptRules.Sampling(Temperature, MaxTokens, limits),
            .. PromptRules.Choice(Prompt, Language, PromptSource),
            .. TokenRules.Choice(this),
        ];
        if (Prompt is not null && Messages is [{ Role: PromptRoles.System }, ..])
        {
            problems.Add(new("prompt", "brings a system message, and messages[0] is one as well: send one of the two."));
        }

        return problems;
    }

    public IJob WithPrompts(IReadOnlyList<PromptTemplate> templates) => templates is not [var template] ? this : this with
    {
        Messages = [.. PromptRenderer.Render(template, PromptValues.None, PromptValues.None), .. Messages],
        Prompt = null,
        Language = null,
        PromptSource = PromptSource.Of(template),
    };
}

/// <summary>What the model said.</summary>
public sealed record ChatResult : GeneratedResult, IStreamedResult
{
    public required string Content { get; init; }

    /// <summary>A value of <see cref="FinishReasons"/>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Each token, where that was asked for and the local engine answered.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    string IStreamedResult.StreamedText => Content;
}

/// <summary>The values of <see cref="ChatResult.FinishReason"/>.</summary>
public static class FinishReasons
{
    /// <summary>The model ended its answer.</summary>
    public const string Stop = "stop";

    /// <summary>The answer reached its limit of tokens: what is there is not all.</summary>
    public const string Length = "length";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CompleteChat))]
[JsonSerializable(typeof(ChatResult))]
internal sealed partial class CompleteChatJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static CompleteChatJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
