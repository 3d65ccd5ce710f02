using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>The next message of a conversation.</summary>
public sealed record CompleteChat : IJob<CompleteChat, ChatResult>
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

    public IEnumerable<InputProblem> Validate(InputLimits limits) =>
        [.. PromptRules.Messages("messages", Messages, limits), .. PromptRules.Sampling(Temperature, MaxTokens, limits)];
}

/// <summary>What the model said.</summary>
public sealed record ChatResult
{
    public required string Content { get; init; }

    /// <summary>A value of <see cref="FinishReasons"/>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Name of the model that answered; <c>small</c> is the one that ships with Pipeline, which can not hold a conversation.</summary>
    public required string Model { get; init; }

    /// <summary>What to know before this is used, for people; absent where there is nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init => field = value is [] ? null : value; }

    /// <summary>The cloud provider that answered; absent where the local engine did.</summary>
    public string? FallbackProvider { get; init; }

    public required TokenUsage Usage { get; init; }

    public required JobTimings Timings { get; init; }
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
