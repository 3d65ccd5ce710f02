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
    public static void Write(ModelRecipe recipe, string path, CancellationToken cancellationToken) =>
        Write(Describe(recipe), path, recipe.Seed, cancellationToken);

    /// <summary>Writes a LoRA adapter of a decoder's attention, as strong as its weights.</summary>
    /// <param name="model">What it belongs to.</param>
    /// <param name="rank">Of its matrices.</param>
    /// <param name="seed">Where its random weights begin.</param>
    /// <param name="path">As of a model.</param>
    /// <param name="cancellationToken">Stops between two tensors.</param>
    public static void WriteAdapter(ModelPreset model, int rank, ulong seed, string path, CancellationToken cancellationToken) => Write(
        DecoderAdapter.Describe(DecoderOf(model) ?? throw new ArgumentException($"{model} is no decoder, and adapters are of decoders.", nameof(model)), rank), path, seed, cancellationToken);

    private static void Write(GgufContent content, string path, ulong seed, CancellationToken cancellationToken)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string part = full + ".part";
        using (FileStream stream = new(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
        {
            content.Write(stream, seed, cancellationToken);
        }

        File.Move(part, full, overwrite: true);
    }

    private static GgufContent Describe(ModelRecipe recipe) => DecoderOf(recipe.Preset) is { } decoder
        ? DecoderArchitecture.Describe(decoder, recipe)
        : EncoderArchitecture.Describe(recipe.Preset is ModelPreset.MiniLm ? EncoderShape.MiniLm : EncoderShape.Tiny, recipe.Weights, recipe.Pooling ?? Pooling.Mean);

    /// <summary>Null: the preset is an encoder.</summary>
    private static DecoderShape? DecoderOf(ModelPreset preset) => preset switch
    {
        ModelPreset.Tiny => DecoderShape.Tiny,
        ModelPreset.Small => DecoderShape.Small,
        ModelPreset.Qwen => DecoderShape.Qwen,
        ModelPreset.LargerQwen => DecoderShape.LargerQwen,
        ModelPreset.Qwen7B => DecoderShape.Qwen7B,
        ModelPreset.SmolLm => DecoderShape.SmolLm,
        _ => null,
    };
}
