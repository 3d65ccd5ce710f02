using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;
using Pipeline.Inference.Onnx.Files;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.Onnx;

/// <summary>Memory of a model in ONNX Runtime.</summary>
internal static class MemoryNeed
{
    private const long FixedBytes = 64L << 20;
    private const int Copies = 2; // The library reads the file into memory before it copies the weights into their places.

    /// <summary>Refuses a model that does not fit, before the kernel's out-of-memory killer does.</summary>
    /// <exception cref="ModelLoadException">Main memory is too small.</exception>
    public static void Check(OnnxModelFiles files, ModelDescription description, EncoderLimits limits, MachineReadings machine)
    {
        long weights = Copies * files.WeightBytes;
        long batch = BatchBytes(description, limits);
        if (weights + batch > machine.MemoryAvailableBytes)
        {
            throw new ModelLoadException(
                $"The model {files.Graph} needs {weights + batch:N0} bytes of memory (weights while they are loaded {weights:N0}, a batch {batch:N0}) and {machine.MemoryAvailableBytes:N0} are available.",
                $"Take a smaller model, lower Inference:BatchTokens ({limits.BatchTokens}) or give the process more memory.");
        }
    }

    /// <summary>What stays once it is loaded.</summary>
    public static ModelFootprint Footprint(OnnxModelFiles files, ModelDescription description, EncoderLimits limits) =>
        new(files.WeightBytes + BatchBytes(description, limits), GpuBytes: 0) { FileBytes = files.WeightBytes };

    /// <summary>Activations of a pass, and the attention of all heads, which compares every token of a text with every other.</summary>
    internal static long BatchBytes(ModelDescription description, EncoderLimits limits)
    {
        long tokens = limits.BatchTokens;
        long longest = description.TokensMax > 0 ? Math.Min(tokens, description.TokensMax) : tokens;
        long activations = tokens * ((8L * description.HiddenSize) + (3L * description.FeedForwardSize)) * sizeof(float);
        long attention = 2 * tokens * longest * description.Heads * sizeof(float);
        return activations + attention + FixedBytes;
    }
}
