using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>The next message of a conversation.</summary>
public sealed record CompleteChat : IJob<CompleteChat, ChatResult>, IPrompted, IConstrained, IModelChoice
{
    public static string Kind => "chat";

    public static JsonTypeInfo<CompleteChat> Json => CompleteChatJson.Unescaped.CompleteChat;

    public static JsonTypeInfo<ChatResult> ResultJson => CompleteChatJson.Unescaped.ChatResult;

    public static JobKind<CompleteChat, ChatResult> Descriptor => ChatKind.Descriptor;

    [Description("1 to Input:MessagesMax (256) messages, the oldest first: system messages at the start, the user's at the end.")]
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    [Description(IModelChoice.Description)]
    public string? Model { get; init; }

    [Description("Randomness, 0 to 2; default Kinds:Chat:Temperature (0.7).")]
    public double? Temperature { get; init; }

    [Description("Most tokens of the answer, at most Input:OutputTokensMax (4,096); default Kinds:Chat:OutputTokensMax (1,024).")]
    public int? MaxTokens { get; init; }

    [Description("Most tokens of the messages, as the model counts them: the oldest are dropped, with a warning. System messages and the last message stay.")]
    public int? ContextTokens { get; init; }

    [Description("Draws among the most probable tokens that together have this probability, 0 to 1.")]
    public double? TopP { get; init; }

    [Description("The same seed and the same request give the same answer on the same machine.")]
    public long? Seed { get; init; }

    [Description("Up to 16 strings that end the answer and are not part of it.")]
    public IReadOnlyList<string>? Stop { get; init; }

    [Description("-2 to 2: makes tokens that occurred less probable.")]
    public double? PresencePenalty { get; init; }

    [Description("-2 to 2: makes tokens that occurred often less probable.")]
    public double? FrequencyPenalty { get; init; }

    [Description("Returns the log-probability of each token and of this many of the most probable tokens at its position: 0 to 20.")]
    public int? TopLogprobs { get; init; }

    [Description("A JSON schema that the answer follows.")]
    public JsonElement? Schema { get; init; }

    [Description("Functions that the model may ask the client to call, at most 128.")]
    public IReadOnlyList<ChatTool>? Tools { get; init; }

    [Description("auto: the model calls functions or answers; required: it calls at least one; none: it answers. Default auto.")]
    public string? ToolChoice { get; init; }

    [Description("Whether one answer may have several calls; default true.")]
    public bool? ParallelToolCalls { get; init; }

    [Description("auto: the oldest messages are dropped where the model's context is full, with a warning; disabled: the job fails then. Default auto.")]
    public string? Truncation { get; init; }

    [Description("Name of a chat prompt with the system message: default, coding, teacher, creative; absent: none.")]
    public string? Prompt { get; init; }

    [Description("Language of that prompt, ko or en; default the last message's.")]
    public string? Language { get; init; }

    [WrittenByApi]
    public PromptSource? PromptSource { get; init; }

    IReadOnlyList<AnswerPart> IConstrained.Parts =>
    [
        .. Schema is { } schema ? [new("schema", schema)] : Array.Empty<AnswerPart>(),
        .. (Tools ?? []).SelectMany((tool, index) => tool.Parameters is { } parameters ? [new($"tools[{index}].parameters", parameters)] : Array.Empty<AnswerPart>()),
    ];

    IReadOnlyList<PromptChoice> IPrompted.Prompts =>
        Prompt is null ? [] : [new(Kind, Prompt, Language ?? TextLanguage.Written(Messages.Reverse().Select(message => message.Content))) { IsGuess = Language is null }];

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems =
        [
            .. PromptRules.Messages("messages", Messages, limits),
            .. PromptRules.Sampling(Temperature, MaxTokens, limits),
            .. PromptRules.Choice(Prompt, Language),
            .. Truncations.Choice(Truncation),
            .. TokenRules.Choice(this),
            .. ToolRules.Choice(this, limits),
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
    [Description("What the model said.")]
    public required string Content { get; init; }

    [Description("stop, length if the answer reached its token limit and is incomplete, or tool_calls.")]
    [AllowedValues(FinishReasons.Stop, FinishReasons.Length, FinishReasons.ToolCalls)]
    public required string FinishReason { get; init; }

    [Description("The functions that the client is asked to call; absent if there are none.")]
    public IReadOnlyList<ToolCall>? ToolCalls { get; init => field = value is [] ? null : value; }

    [Description("Each token, if that was requested and the local engine answered.")]
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    string IStreamedResult.StreamedText => StreamedCalls.Write(Content, ToolCalls);
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
