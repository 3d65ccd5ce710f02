using Pipeline.Inference.Gguf;

namespace Pipeline.Inference.Models;

/// <summary>What the head of a model's file says, without loading it.</summary>
public static class ModelNaming
{
    /// <param name="contextTokens">What the engine has room for.</param>
    public static (string Name, int? ContextTokens) Of(string path, int contextTokens)
    {
        try
        {
            GgufFile file = GgufReader.Read(path);
            return (file.Name ?? Path.GetFileNameWithoutExtension(path), file.ContextTokens is { } trained ? Math.Min(trained, contextTokens) : contextTokens);
        }
        catch (ModelLoadException)
        {
            return (Path.GetFileNameWithoutExtension(path), null); // Whoever loads the model says what is wrong with the file.
        }
    }
}
