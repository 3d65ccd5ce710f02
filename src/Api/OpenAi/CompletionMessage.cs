using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi;

/// <summary>A message as OpenAI's clients write it, and as servers answer it: clients send answers back unchanged.</summary>
internal sealed record CompletionMessage
{
    [Description("system, developer, user, assistant or tool.")]
    public required string Role { get; init; }

    [Description("A text, or an array of {\"type\":\"text\",\"text\":…}; of the assistant also null.")]
    public JsonElement? Content { get; init; }

    [Description("Taken and left alone.")]
    public string? Name { get; init; }

    [Description("Of the assistant: why it did not answer.")]
    public string? Refusal { get; init; }

    [Description("Of the assistant: the functions that it called.")]
    public IReadOnlyList<CompletionToolCall>? ToolCalls { get; init; }

    [Description("Of a function's answer: the id of the call.")]
    public string? ToolCallId { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; }
}
