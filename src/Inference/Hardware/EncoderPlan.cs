using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Hardware;

/// <summary>What an encoder takes on this machine.</summary>
internal static class EncoderPlan
{
    /// <summary>
    /// An encoder as the decoder of the same size: its cache holds one batch. Decoder models compute the logits of every
    /// token on the way to an embedding, hence as many outputs as tokens.
    /// </summary>
    public static DecoderLimits AsDecoder(EncoderLimits limits) => new(limits.BatchTokens, limits.BatchTokens, limits.SequencesMax, limits.BatchTokens);

    /// <summary>Refuses a model that does not fit, before the kernel's out-of-memory killer does.</summary>
    /// <exception cref="ModelLoadException">Main memory is too small.</exception>
    public static void CheckMemory(string path, GgufFile file, EncoderLimits limits, int gpuLayers, MachineReadings machine)
    {
        double onCpu = 1 - Math.Min(1, (double)gpuLayers / (file.Layers + 1));
        long weights = (long)(file.FileBytes * onCpu);
        long rest = HardwarePlan.KvBytes(file, limits.BatchTokens) + HardwarePlan.ComputeBytes(file, AsDecoder(limits), microBatchTokens: limits.BatchTokens);
        if (weights + rest > machine.MemoryAvailableBytes)
        {
            throw new ModelLoadException(
                $"The model {path} needs {weights + rest:N0} bytes of memory (weights {weights:N0}, a batch {rest:N0}) and {machine.MemoryAvailableBytes:N0} are available.",
                $"Take a smaller model, lower Inference:BatchTokens ({limits.BatchTokens}) or give the process more memory.");
        }
    }
}
