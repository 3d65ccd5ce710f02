using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi;

/// <summary>A function, as it is offered.</summary>
internal sealed record CompletionTool
{
    [Description("function.")]
    public required string Type { get; init; }

    public CompletionFunction? Function { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; }
}

/// <param name="Strict">Taken and left alone: every call follows the schema.</param>
internal sealed record CompletionFunction(string Name, string? Description = null, JsonElement? Parameters = null, bool? Strict = null);
