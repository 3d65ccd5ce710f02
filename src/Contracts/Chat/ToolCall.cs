using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A call that the model asks for.</summary>
public sealed record ToolCall(
    [property: JsonRequired, Description("Names the call in the message of the role tool that answers it.")] string Id,
    [property: JsonRequired, Description("The function.")] string Name,
    [property: JsonRequired, Description("A JSON object, as text.")] string Arguments);
