using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>One message of a conversation or prompt.</summary>
/// <param name="Role">A value of <see cref="PromptRoles"/>.</param>
public sealed record PromptMessage([property: JsonRequired] string Role, [property: JsonRequired] string Content);

/// <summary>The values of <see cref="PromptMessage.Role"/>.</summary>
public static class PromptRoles
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    public static IReadOnlyList<string> All { get; } = [System, User, Assistant];
}
