using Microsoft.Extensions.Logging;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Onnx.Files;
using Pipeline.Inference.Onnx.Native;
using Pipeline.Inference.Onnx.Tokenizers;

namespace Pipeline.Inference.Onnx;

/// <summary>Loads embedding models of ONNX, from a directory as sentence-transformers and the Hugging Face Hub lay it out, to the CPU.</summary>
public sealed partial class OnnxEmbeddingLoader(ILogger<OnnxEmbeddingLoader> logger) : IEmbeddingModelLoader
{
    // As for llama.cpp: a thread gains nothing by more, and later texts would wait for them.
    private const int PassTokensOfThread = 256;
    private const int BusyThreadsMax = 4;

    /// <inheritdoc/>
    public bool Takes(string path) => Directory.Exists(path) || path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public string NameOf(string path) => OnnxModelFiles.NameOf(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> FilesOf(string path) => OnnxModelFiles.Find(path).All;

    /// <inheritdoc/>
    public LoadedEmbeddingModel Load(string path, InferenceOptions options)
    {
        OnnxModelFiles files = OnnxModelFiles.Find(path);
        ModelDescription description = ModelDescriptionReader.Read(files);
        TextTokenizer tokenizer = TokenizerReader.Read(files, description);
        MachineReadings machine = MachineReader.Read();
        EncoderLimits limits = new(options.BatchTokensMax, options.SequencesMax);
        if (options.CheckMemory)
        {
            MemoryNeed.Check(files, description, limits, machine);
        }

        int threads = options.Threads ?? HardwarePlan.Threads(machine);
        int passTokens = Math.Min(options.EmbeddingPassTokens ?? (PassTokensOfThread * Math.Min(threads, BusyThreadsMax)), limits.BatchTokens);
        LogLoading(logger, files.Graph, description.ModelType, threads, passTokens);
        return Load(files, description, tokenizer, new(limits, threads), passTokens);
    }

    private static LoadedEmbeddingModel Load(
        OnnxModelFiles files, ModelDescription description, TextTokenizer tokenizer, EncoderParameters parameters, int passTokens)
    {
        OnnxModel model = new(SessionFactory.Create(files.Graph, parameters.Threads), files, description, tokenizer);
        try
        {
            return new(model, model.CreateEncoder(parameters), passTokens, MemoryNeed.Footprint(files, description, parameters.Limits));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    [LoggerMessage(3310, LogLevel.Information, "Loading {Path} ({ModelType}) with ONNX Runtime for embeddings: {Threads} threads, {PassTokens} tokens a pass")]
    private static partial void LogLoading(ILogger logger, string path, string modelType, int threads, int passTokens);
}
