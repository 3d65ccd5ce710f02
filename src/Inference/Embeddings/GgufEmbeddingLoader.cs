using Microsoft.Extensions.Logging;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Embeddings;

/// <summary>Loads GGUF files for embeddings with the backend's <see cref="IModelLoader"/>, as the machine allows.</summary>
public sealed partial class GgufEmbeddingLoader(IModelLoader loader, ILogger<GgufEmbeddingLoader> logger) : IEmbeddingModelLoader
{
    // A CPU gains nothing by more, and later texts would wait for them.
    private const int PartTokensOfCpu = 256;

    /// <inheritdoc/>
    /// <remarks>Every file but those of another format, one that does not exist included: the message about it is the GGUF reader's.</remarks>
    public bool Takes(string path) => !Directory.Exists(path) && !path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public string NameOf(string path) => ModelNaming.Of(path, contextTokens: 0).Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> FilesOf(string path) => GgufParts.Of(path);

    /// <inheritdoc/>
    public LoadedEmbeddingModel Load(string path, InferenceOptions options)
    {
        GgufFile file = GgufReader.Read(path);
        MachineReadings machine = MachineReader.Read();
        EncoderLimits limits = new(options.BatchTokensMax, options.SequencesMax);
        int threads = options.Threads ?? HardwarePlan.Threads(machine);
        int gpuLayers = options.GpuLayers ?? HardwarePlan.GpuLayers(file, EncoderPlan.AsDecoder(file, limits), loader.FindAccelerators());
        int parts = gpuLayers == 0 ? EncoderPlan.Parts(file, limits, threads) : 1;
        if (options.CheckMemory)
        {
            EncoderPlan.CheckMemory(path, file, limits, parts, gpuLayers, machine);
        }

        int passTokens = Math.Min(options.EmbeddingPassTokens ?? (gpuLayers == 0 ? parts * PartTokensOfCpu : limits.BatchTokens), limits.BatchTokens);
        LogLoading(logger, path, file.Architecture, threads, gpuLayers, passTokens, parts);
        ILanguageModel model = loader.Load(path, new ModelParameters(gpuLayers, options.UseMemoryMap) { IsForEmbeddings = true });
        try
        {
            return new(model, model.CreateEncoder(new(limits, threads, parts)), passTokens, EncoderPlan.Footprint(file, limits, parts, gpuLayers));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    [LoggerMessage(3301, LogLevel.Information, "Loading {Path} ({Architecture}) for embeddings: {Threads} threads, {GpuLayers} GPU layers, {PassTokens} tokens a pass of up to {Parts} parts")]
    private static partial void LogLoading(ILogger logger, string path, string architecture, int threads, int gpuLayers, int passTokens, int parts);
}
