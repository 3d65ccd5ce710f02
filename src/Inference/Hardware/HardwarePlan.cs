using System.Globalization;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Hardware;

/// <summary>How to load one model on this machine: threads, GPU layers, memory. Pure functions of what was read.</summary>
public static class HardwarePlan
{
    private const double CoreShare = 0.75;
    private const double VramShare = 0.9;
    private const long KvElementBytes = 2; // F16
    private const long FixedBytes = 64L << 20; // Graph, scratch and allocator slack, as measured with small models.
    private const int MicroBatchTokens = 512;

    /// <summary>Three quarters of the physical cores that the process may use, at least one; the rest is for everything else.</summary>
    public static int Threads(MachineReadings machine)
    {
        double usable = Math.Min(machine.PhysicalCores ?? machine.LogicalProcessors, machine.LogicalProcessors);
        return Math.Max(1, (int)(Math.Min(usable, machine.CpuQuota ?? usable) * CoreShare));
    }

    /// <summary>Keys and values of the whole context.</summary>
    public static long KvBytes(GgufFile file, int contextTokens) => (long)file.Layers * file.KvElementsPerLayer * KvElementBytes * contextTokens;

    /// <summary>Activations of a micro-batch, its attention mask, and the logits of every output.</summary>
    public static long ComputeBytes(GgufFile file, DecoderLimits limits, int microBatchTokens = MicroBatchTokens)
    {
        long tokens = Math.Min(limits.BatchTokens, microBatchTokens);
        long activations = tokens * ((8L * file.EmbeddingSize) + (3L * file.FeedForwardSize)) * sizeof(float);
        long mask = tokens * limits.ContextTokens * sizeof(float);
        long logits = 2L * limits.OutputsMax * file.VocabularySize * sizeof(float);
        return activations + mask + logits + FixedBytes;
    }

    /// <summary>Layers that fit into the free memory of the GPUs together; the output layer counts as one.</summary>
    public static int GpuLayers(GgufFile file, DecoderLimits limits, IReadOnlyList<Accelerator> accelerators)
    {
        if (accelerators.Count == 0)
        {
            return 0;
        }

        int layers = file.Layers + 1;
        double free = (accelerators.Sum(gpu => gpu.MemoryFreeBytes) * VramShare) - (accelerators.Count * ComputeBytes(file, limits));
        double layerBytes = (double)(file.FileBytes + KvBytes(file, limits.ContextTokens)) / layers;
        return (int)Math.Clamp(free / layerBytes, 0, layers);
    }

    /// <summary>Main memory that the layers left on the CPU take, and the buffers of a pass.</summary>
    public static (long Weights, long Kv, long Compute) MainMemory(GgufFile file, DecoderLimits limits, int gpuLayers)
    {
        double onCpu = 1 - Math.Min(1, (double)gpuLayers / (file.Layers + 1));
        return ((long)(file.FileBytes * onCpu), (long)(KvBytes(file, limits.ContextTokens) * onCpu), ComputeBytes(file, limits));
    }

    /// <summary>Memory of the GPUs that the layers there take, and their buffers.</summary>
    public static long GpuMemory(GgufFile file, DecoderLimits limits, int gpuLayers) =>
        (long)((file.FileBytes + KvBytes(file, limits.ContextTokens)) * Math.Min(1, (double)gpuLayers / (file.Layers + 1))) + ComputeBytes(file, limits);

    /// <summary>What models may take of the memory that the GPUs have free.</summary>
    public static long GpuMemoryMax(IReadOnlyList<Accelerator> accelerators) => (long)(accelerators.Sum(gpu => gpu.MemoryFreeBytes) * VramShare);

    /// <summary>Refuses a model that does not fit, before the kernel's out-of-memory killer does.</summary>
    /// <exception cref="ModelLoadException">Main memory is too small.</exception>
    public static void CheckMemory(string path, GgufFile file, DecoderLimits limits, int gpuLayers, MachineReadings machine)
    {
        var (weights, kv, compute) = MainMemory(file, limits, gpuLayers);
        long needed = weights + kv + compute;
        if (needed > machine.MemoryAvailableBytes)
        {
            throw new ModelLoadException(
                $"The model {path} needs {MiB(needed)} of memory (weights {MiB(weights)}, KV cache {MiB(kv)}, compute {MiB(compute)}) and {MiB(machine.MemoryAvailableBytes)} is available.",
                $"Take a smaller model, lower Inference:ContextTokens ({limits.ContextTokens}) or give the process more memory.");
        }
    }

    private static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1 << 20) - 1) >> 20:N0} MiB");
}
