using Pipeline.Bench.Models;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Models with random weights: what they say means nothing, and they seldom end their turn.</summary>
internal static class RandomModel
{
    private static readonly Lazy<string> _tiny = new(() => Write(new ModelRecipe { Preset = ModelPreset.Tiny }));

    public static string TinyPath => _tiny.Value;

    private static string Write(ModelRecipe recipe)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"random-{recipe.Preset}.gguf");
        ModelWriter.Write(recipe, path, CancellationToken.None);
        return path;
    }
}
