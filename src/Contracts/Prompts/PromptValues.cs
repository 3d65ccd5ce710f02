namespace Pipeline.Contracts;

/// <summary>Values for the placeholders of a template.</summary>
public static class PromptValues
{
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();
}
