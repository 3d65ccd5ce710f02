using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>One message of a conversation or prompt.</summary>
public sealed record PromptMessage(
    [property: JsonRequired, Description("system, user or assistant; in a chat with tools also tool.")] string Role,
    [property: JsonRequired, Description("At most Input:TextLengthMax (20,000) UTF-16 code units.")] string Content)
{
    [Description("The functions that the assistant called in this message.")]
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    [Description("Of a message of the role tool: the id of the call that it answers.")]
    public string? ToolCallId { get; init; }
}

/// <summary>The values of <see cref="PromptMessage.Role"/>.</summary>
public static class PromptRoles
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    /// <summary>What a function answered that the assistant called.</summary>
    public const string Tool = "tool";

    public static IReadOnlyList<string> All { get; } = [System, User, Assistant];
}
