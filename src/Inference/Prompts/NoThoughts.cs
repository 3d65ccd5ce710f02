namespace Pipeline.Inference.Prompts;

/// <summary>How a prompt ends for a model that can think.</summary>
internal static class NoThoughts
{
    /// <summary>An empty block of thoughts at the start of the answer: the model goes straight to the answer itself.</summary>
    public const string Block = $"{Open}\n\n{Close}\n\n";

    public const string Open = "<think>";

    public const string Close = "</think>";
}
