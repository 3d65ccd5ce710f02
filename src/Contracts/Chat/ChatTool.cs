using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A function that the model may ask its client to call. Pipeline never calls any.</summary>
public sealed record ChatTool(
    [property: JsonRequired, Description("1 to 64 letters, digits, underscores and hyphens.")] string Name,
    [property: Description("What it does and when to call it, for the model.")] string? Description = null,
    [property: Description("JSON schema of its arguments, an object, which every call follows; absent: it has none.")] JsonElement? Parameters = null);

/// <summary>A call that the model asks for.</summary>
public sealed record ToolCall(
    [property: JsonRequired, Description("Names the call in the message of the role tool that answers it.")] string Id,
    [property: JsonRequired, Description("The function.")] string Name,
    [property: JsonRequired, Description("A JSON object, as text.")] string Arguments);

/// <summary>The values of <see cref="CompleteChat.ToolChoice"/>.</summary>
public static class ToolChoices
{
    /// <summary>The model decides whether it calls functions or answers.</summary>
    public const string Auto = "auto";

    /// <summary>The model answers.</summary>
    public const string None = "none";

    /// <summary>The model calls at least one function.</summary>
    public const string Required = "required";

    public static IReadOnlyList<string> All { get; } = [Auto, None, Required];
}
