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
public sealed record ChatResult : GeneratedResult
{
    public required string Content { get; init; }

    /// <summary>A value of <see cref="FinishReasons"/>.</summary>
    public required string FinishReason { get; init; }
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
