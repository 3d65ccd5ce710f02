using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>One message of a conversation or prompt.</summary>
public sealed record PromptMessage(
    [property: JsonRequired, Description("system, user or assistant.")] string Role,
    [property: JsonRequired, Description("At most Input:TextLengthMax (20,000) UTF-16 code units.")] string Content);

/// <summary>The values of <see cref="PromptMessage.Role"/>.</summary>
public static class PromptRoles
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    public static IReadOnlyList<string> All { get; } = [System, User, Assistant];
}
