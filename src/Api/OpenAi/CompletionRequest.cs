using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary>The body of <c>POST /v1/chat/completions</c>, as far as a local model can do it. <see cref="CompletionFields"/> decides about all other fields.</summary>
internal sealed record CompletionRequest : SampledRequest
{
    [Description("1 to Input:MessagesMax (256) messages, the oldest first, the user's or a function's at the end.")]
    public required IReadOnlyList<CompletionMessage> Messages { get; init; }

    [Description("Most tokens of the answer; more than Input:OutputTokensMax (4,096) is cut to that.")]
    public int? MaxCompletionTokens { get; init; }

    [Description("The older name of max_completion_tokens.")]
    public int? MaxTokens { get; init; }

    [Description("Whether the answer has the log-probability of each token.")]
    public bool? Logprobs { get; init; }

    [Description("So many of the most probable tokens at each place, 0 to 20; with logprobs.")]
    public int? TopLogprobs { get; init; }

    [Description("text, json_object, or json_schema with the schema that the answer follows always.")]
    public CompletionFormat? ResponseFormat { get; init; }

    [Description("Functions that the model may ask the client to call.")]
    public IReadOnlyList<CompletionTool>? Tools { get; init; }

    [Description("auto, none, required, or an object that names a function or lists those allowed.")]
    public JsonElement? ToolChoice { get; init; }

    [Description("Whether one answer may have several calls; default true.")]
    public bool? ParallelToolCalls { get; init; }

    [Description(UserTag.Description)]
    public string? User { get; init; }
}

/// <param name="Type">text, json_object or json_schema.</param>
internal sealed record CompletionFormat(string Type, CompletionSchema? JsonSchema = null);

/// <param name="Strict">Taken and left alone: every answer follows the schema.</param>
internal sealed record CompletionSchema(string Name, JsonElement Schema, string? Description = null, bool? Strict = null);

/// <param name="IncludeUsage">Whether a last chunk tells the tokens.</param>
/// <param name="IncludeObfuscation">Taken and left alone.</param>
internal sealed record CompletionStreamOptions(bool? IncludeUsage = null, bool? IncludeObfuscation = null);
