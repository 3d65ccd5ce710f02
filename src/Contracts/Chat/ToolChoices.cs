namespace Pipeline.Contracts;

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
