namespace Pipeline.Inference.Prompts;

/// <summary>What stands around the thoughts of a model that can think.</summary>
internal static class ThoughtTags
{
    public const string Open = "<think>";

    public const string Close = "</think>";

    /// <summary>An empty block of thoughts at the start of the answer: the model goes straight to the answer itself.</summary>
    public const string EmptyBlock = $"{Open}\n\n{Close}\n\n";
}
