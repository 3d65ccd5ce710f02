namespace Pipeline.Workers.Inference.Generating;

/// <summary>
/// The small model that comes with Pipeline. It names emotions; whatever else it is asked for has the right form and no
/// sense, and every such answer says so.
/// </summary>
internal static class ShippedModel
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "emotion-mini-q8_0.gguf");

    public static string Warning(string section) =>
        $"The small model that ships with Pipeline wrote this: it is well-formed but meaningless. Set {section}:Model to an instruct GGUF, for example Qwen2.5-7B-Instruct or EXAONE-3.5-7.8B-Instruct as Q4_K_M, or Inference:Backend to Remote; see Models in README.md.";
}
