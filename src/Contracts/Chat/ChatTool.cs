using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A function that the model may ask its client to call. Pipeline never calls any.</summary>
public sealed record ChatTool(
    [property: JsonRequired, Description("1 to 64 letters, digits, underscores and hyphens.")] string Name,
    [property: Description("What it does and when to call it, for the model.")] string? Description = null,
    [property: Description("JSON schema of its arguments, an object, which every call follows; absent: it has none.")] JsonElement? Parameters = null);
