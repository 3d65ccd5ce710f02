namespace Pipeline.Inference.Structured;

/// <summary>A schema is invalid, or asks for what constrained answers cannot keep. Nothing is silently ignored.</summary>
/// <param name="path">JSON pointer to the keyword, such as "/properties/score/minimum"; empty for the whole schema.</param>
/// <param name="problem">What is wrong, with the value.</param>
/// <param name="remedy">What to change.</param>
public sealed class JsonSchemaException(string path, string problem, string remedy)
    : ArgumentException($"Schema at #{path}: {problem} {remedy}")
{
    /// <summary>JSON pointer to the offending keyword; empty for the whole schema.</summary>
    public string Path => path;

    /// <summary>What is wrong.</summary>
    public string Problem => problem;

    /// <summary>What to change.</summary>
    public string Remedy => remedy;
}
