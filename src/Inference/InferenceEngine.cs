using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference;

/// <summary>
/// One local model behind the upper seam. <see cref="LoadAsync"/> is called once, before the host reports ready;
/// scoring is safe from any thread. <see cref="LocalChatClient"/> is its face for generated text.
/// </summary>
public sealed partial class InferenceEngine(
    IModelLoader loader, IOptions<InferenceOptions> options, TimeProvider time, ILogger<InferenceEngine> logger)
    : ILabelScorer, IAsyncDisposable
{
    // Attention compares every token of a pass with all cells of all requests; a CPU gains nothing by larger passes.
    private const int BatchTokensOfCpu = 256;

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile LoadedModel? _loaded;

    /// <summary>Facts of the model; null until it is loaded and warm.</summary>
    public ModelInfo? Model => _loaded?.Info;

    /// <summary>
    /// Checks the file and the memory, loads the model and scores <paramref name="warmUp"/> once, so that the first job pays
    /// neither for page faults nor for the system prompt.
    /// </summary>
    /// <param name="modelPath">GGUF file.</param>
    /// <param name="warmUp">A typical request of the host.</param>
    /// <param name="cancellationToken">Given up between the steps; the native load itself does not stop.</param>
    /// <exception cref="ModelLoadException">The file, the memory or the native library does not do; the message has the remedy.</exception>
    /// <exception cref="InvalidOperationException">A model is loaded already.</exception>
    public async Task LoadAsync(string modelPath, LabelScoringRequest warmUp, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (_loaded is not null)
            {
                throw new InvalidOperationException($"The engine holds {_loaded.Info.Name} already; make another engine for another model.");
            }

            long start = time.GetTimestamp();
            LoadedModel loaded = await Task.Factory.StartNew(
                () => Load(modelPath), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            try
            {
                await loaded.ScoreAsync(warmUp, cancellationToken);
            }
            catch
            {
                await loaded.DisposeAsync();
                throw;
            }

            _loaded = loaded;
            LogReady(logger, loaded.Info.Name, time.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <inheritdoc/>
    public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken) =>
        Loaded.ScoreAsync(request, cancellationToken);

    /// <summary>Generates a whole answer.</summary>
    internal async Task<FinishedGeneration> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        await using GenerationStream stream = await Loaded.StreamAsync(request, cancellationToken);
        return await stream.Finish();
    }

    /// <summary>Starts an answer whose text is read as it comes.</summary>
    internal Task<GenerationStream> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        Loaded.StreamAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _loaded, null) is { } loaded)
        {
            await loaded.DisposeAsync();
        }

        _loading.Dispose();
    }

    private LoadedModel Loaded =>
        _loaded ?? throw new InferenceException("No model is loaded. Call InferenceEngine.LoadAsync before the host reports ready.");

    private LoadedModel Load(string path)
    {
        InferenceOptions sizes = options.Value;
        GgufFile file = GgufReader.Read(path);
        MachineReadings machine = MachineReader.Read();
        // As many outputs as sequences: each request in the batch ends its prompt there at most once.
        DecoderLimits limits = new(sizes.ContextTokens, sizes.BatchTokensMax, sizes.SequencesMax, sizes.SequencesMax);
        int threads = sizes.Threads ?? HardwarePlan.Threads(machine);
        int gpuLayers = sizes.GpuLayers ?? HardwarePlan.GpuLayers(file, limits, loader.FindAccelerators());
        if (gpuLayers == 0 && sizes.BatchTokens is null)
        {
            limits = limits with { BatchTokens = Math.Min(limits.BatchTokens, BatchTokensOfCpu) };
        }

        if (sizes.CheckMemory)
        {
            HardwarePlan.CheckMemory(path, file, limits, gpuLayers, machine);
        }

        LogLoading(logger, path, file.Architecture, threads, gpuLayers, sizes.ContextTokens);
        ILanguageModel model = loader.Load(path, new ModelParameters(gpuLayers, sizes.UseMemoryMap));
        try
        {
            return new(model, model.CreateDecoder(new(limits, threads)), sizes, time, logger);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    [LoggerMessage(3000, LogLevel.Information, "Loading {Path} ({Architecture}): {Threads} threads, {GpuLayers} GPU layers, {ContextTokens} tokens of context")]
    private static partial void LogLoading(ILogger logger, string path, string architecture, int threads, int gpuLayers, int contextTokens);

    [LoggerMessage(3001, LogLevel.Information, "Model {Model} is loaded and warm after {Seconds:F1} s")]
    private static partial void LogReady(ILogger logger, string model, double seconds);
}
