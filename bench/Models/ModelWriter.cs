using Pipeline.Bench.Models.Gguf;

namespace Pipeline.Bench.Models;

/// <summary>
/// Writes GGUF files with random weights. Their answers mean nothing; their speed is that of a trained model of the same
/// shape, and their tokenizers and chat templates work.
/// </summary>
public static class ModelWriter
{
    /// <summary>Writes the file in one pass; memory does not grow with the model.</summary>
    /// <param name="recipe">What to write.</param>
    /// <param name="path">Replaced when the new file is whole; an interrupted run leaves only a .part file.</param>
    /// <param name="cancellationToken">Stops between two tensors.</param>
    public static void Write(ModelRecipe recipe, string path, CancellationToken cancellationToken)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string part = full + ".part";
        using (FileStream stream = new(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
        {
            Describe(recipe).Write(stream, recipe.Seed, cancellationToken);
        }

        File.Move(part, full, overwrite: true);
    }

    private static GgufContent Describe(ModelRecipe recipe) => recipe.Preset switch
    {
        ModelPreset.Tiny => DecoderArchitecture.Describe(DecoderShape.Tiny, recipe),
        ModelPreset.Small => DecoderArchitecture.Describe(DecoderShape.Small, recipe),
        ModelPreset.Qwen => DecoderArchitecture.Describe(DecoderShape.Qwen, recipe),
        ModelPreset.LargerQwen => DecoderArchitecture.Describe(DecoderShape.LargerQwen, recipe),
        ModelPreset.Qwen7B => DecoderArchitecture.Describe(DecoderShape.Qwen7B, recipe),
        ModelPreset.SmolLm => DecoderArchitecture.Describe(DecoderShape.SmolLm, recipe),
        ModelPreset.MiniLm => EncoderArchitecture.Describe(EncoderShape.MiniLm, recipe.Weights, recipe.Pooling ?? Pooling.Mean),
        _ => EncoderArchitecture.Describe(EncoderShape.Tiny, recipe.Weights, recipe.Pooling ?? Pooling.Mean),
    };
}
