using Pipeline.Inference.Decoding;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Residence;

/// <summary>How one file is loaded on this machine. Only its head is read.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record ModelPlan(string Path, GgufFile File, DecoderLimits Limits, int Threads, int GpuLayers)
{
    // Attention compares every token of a pass with all cells of all requests; a CPU gains nothing by larger passes.
    private const int BatchTokensOfCpu = 256;

    public ModelFootprint Footprint
    {
        get
        {
            var (weights, kv, compute) = HardwarePlan.MainMemory(File, Limits, GpuLayers);
            return new(weights + kv + compute, GpuLayers is 0 ? 0 : HardwarePlan.GpuMemory(File, Limits, GpuLayers)) { FileBytes = File.FileBytes };
        }
    }

    /// <param name="contextTokens">Null: as <see cref="InferenceOptions.ContextTokens"/> says.</param>
    /// <param name="accelerators">As they were before anything was loaded.</param>
    /// <exception cref="ModelLoadException">The file is missing or damaged.</exception>
    public static ModelPlan Of(string path, int? contextTokens, InferenceOptions options, IReadOnlyList<Accelerator> accelerators)
    {
        GgufFile file = GgufReader.Read(path);
        int context = contextTokens ?? options.ContextTokens;
        // As many outputs as sequences: each request in the batch ends its prompt there at most once.
        DecoderLimits limits = new(context, Math.Min(options.BatchTokensMax, context), options.SequencesMax, options.SequencesMax);
        int gpuLayers = options.GpuLayers ?? HardwarePlan.GpuLayers(file, limits, accelerators);
        if (gpuLayers == 0 && options.BatchTokens is null)
        {
            limits = limits with { BatchTokens = Math.Min(limits.BatchTokens, BatchTokensOfCpu) };
        }

        return new(path, file, limits, options.Threads ?? HardwarePlan.Threads(MachineReader.Read()), gpuLayers);
    }
}
