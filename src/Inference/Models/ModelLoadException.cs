namespace Pipeline.Inference.Models;

/// <summary>A model or its native library cannot be used. One sentence says what is wrong and one what to change.</summary>
public sealed class ModelLoadException(string problem, string remedy, Exception? innerException = null)
    : InferenceException($"{problem} {remedy}", innerException)
{
    /// <summary>What is wrong.</summary>
    public string Problem => problem;

    /// <summary>What to change.</summary>
    public string Remedy => remedy;
}
