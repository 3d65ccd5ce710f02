using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.Hardware;

/// <summary>What an encoder takes on this machine.</summary>
internal static class EncoderPlan
{
    private const int PartsMax = 4;
    private const long PartsBytesMax = 512L << 20;

    /// <summary>
    /// An encoder as the decoder of the same size: its cache holds one batch. Decoder models compute the logits of every
    /// token on the way to an embedding, hence as many outputs as tokens; BERT and its kin compute none.
    /// </summary>
    public static DecoderLimits AsDecoder(GgufFile file, EncoderLimits limits) => new(
        limits.BatchTokens, limits.BatchTokens, limits.SequencesMax, file.Architecture.Contains("bert", StringComparison.Ordinal) ? 0 : limits.BatchTokens);

    /// <summary>
    /// Parts of a pass to compute side by side on a CPU: threads of one part wait for each other after every operation, those of
    /// two parts never. Each part has buffers of its own.
    /// </summary>
    public static int Parts(GgufFile file, EncoderLimits limits, int threads) =>
        (int)Math.Clamp(PartsBytesMax / BatchBytes(file, limits), 1, Math.Min(threads, PartsMax));

    /// <summary>Refuses a model that does not fit, before the kernel's out-of-memory killer does.</summary>
    /// <exception cref="ModelLoadException">Main memory is too small.</exception>
    public static void CheckMemory(string path, GgufFile file, EncoderLimits limits, int parts, int gpuLayers, MachineReadings machine)
    {
        long rest = parts * BatchBytes(file, limits);
        long weights = Footprint(file, limits, parts, gpuLayers).MainBytes - rest;
        if (weights + rest > machine.MemoryAvailableBytes)
        {
            throw new ModelLoadException(
                $"The model {path} needs {weights + rest:N0} bytes of memory (weights {weights:N0}, a batch {rest:N0}) and {machine.MemoryAvailableBytes:N0} are available.",
                $"Take a smaller model, lower Inference:BatchTokens ({limits.BatchTokens}) or give the process more memory.");
        }
    }

    /// <summary>Weights and buffers; those of the GPU are the layers there and a batch.</summary>
    public static ModelFootprint Footprint(GgufFile file, EncoderLimits limits, int parts, int gpuLayers)
    {
        double onGpu = Math.Min(1, (double)gpuLayers / (file.Layers + 1));
        long batch = BatchBytes(file, limits);
        return new((long)(file.FileBytes * (1 - onGpu)) + (parts * batch), gpuLayers is 0 ? 0 : (long)(file.FileBytes * onGpu) + batch) { FileBytes = file.FileBytes };
    }

    /// <summary>What one part needs beside the weights.</summary>
    internal static long BatchBytes(GgufFile file, EncoderLimits limits) =>
        HardwarePlan.KvBytes(file, limits.BatchTokens) + HardwarePlan.ComputeBytes(file, AsDecoder(file, limits), microBatchTokens: limits.BatchTokens);
}
