using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Scoring;
using Pipeline.Inference.Telemetry;

namespace Pipeline.Inference;

/// <summary>
/// A model in memory, its decoder, and the loop that batches what is asked of it. Safe from any thread: all requests share the
/// batch. <see cref="LocalModels"/> loads it, before the host reports ready; <see cref="LocalChatClient"/> is its face for text.
/// </summary>
public sealed partial class LocalModel : ILabelScorer, IAsyncDisposable
{
    // Attention compares every token of a pass with all cells of all requests; a CPU gains nothing by larger passes.
    private const int BatchTokensOfCpu = 256;

    private readonly ILanguageModel _model;
    private readonly IDecoder _decoder;
    private readonly SubmissionQueue<InferenceTask> _submissions;
    private readonly SchedulerLoop<InferenceTask, SchedulerState> _loop;
    private readonly InferenceMeter _meter;
    private readonly LabelScorer _scorer;
    private readonly TextGenerator _generator;
    private readonly TimeProvider _time;

    private LocalModel(ILanguageModel model, IDecoder decoder, InferenceOptions options, OwnerWeights weights, TimeProvider time, ILogger logger)
    {
        (_model, _decoder, _time) = (model, decoder, time);
        _submissions = new(options.QueueMax);
        _loop = new(new BatchScheduler(decoder, _submissions, options.PrefixesMax, new(options.PromptTokensMax, options.PassTimeMax, time), weights, logger), _submissions, logger);
        _meter = new(model.Info.Name, () => _loop.State, () => _submissions.Count);
        _scorer = new(model, decoder.Limits.ContextTokens, _submissions);
        _generator = new(model, decoder.Limits.ContextTokens, _submissions, time);
        Chat = new(this, options.OutputTokensMax);
    }

    /// <summary>What its file says of itself.</summary>
    public ModelInfo Info => _model.Info;

    /// <summary>Writes with this model.</summary>
    public LocalChatClient Chat { get; }

    /// <inheritdoc/>
    public async Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        using Activity? activity = InferenceTelemetry.StartActivity(InferenceTelemetry.ScoreOperation, Info.Name);
        long start = _time.GetTimestamp();
        LabelScores scores = await _scorer.ScoreAsync(request, cancellationToken);
        _meter.Scored(scores, _time.GetElapsedTime(start));
        activity?.SetTag(InferenceTelemetry.InputTokens, scores.PromptTokens);
        return scores;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _meter.Dispose();
        _submissions.Dispose();
        _decoder.Dispose();
        _model.Dispose();
    }

    /// <summary>Generates a whole answer.</summary>
    internal async Task<FinishedGeneration> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        await using GenerationStream stream = await StreamAsync(request, cancellationToken);
        return await stream.Finish();
    }

    /// <summary>Starts an answer whose text is read as it comes.</summary>
    internal async Task<GenerationStream> StreamAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        GenerationSpan span = new(_meter, InferenceTelemetry.StartActivity(InferenceTelemetry.ChatOperation, Info.Name), _time);
        try
        {
            return new(await _generator.StartAsync(request, cancellationToken), span, cancellationToken);
        }
        catch (Exception exception)
        {
            span.Failed(exception);
            span.Dispose();
            throw;
        }
    }

    /// <summary>Checks the file and the memory, then loads; blocks for seconds to minutes.</summary>
    /// <exception cref="ModelLoadException">The file, the memory or the native library is unsuitable; the message says what to change.</exception>
    internal static LocalModel Load(string path, IModelLoader loader, InferenceOptions options, OwnerWeights weights, TimeProvider time, ILogger logger)
    {
        GgufFile file = GgufReader.Read(path);
        MachineReadings machine = MachineReader.Read();
        // As many outputs as sequences: each request in the batch ends its prompt there at most once.
        DecoderLimits limits = new(options.ContextTokens, options.BatchTokensMax, options.SequencesMax, options.SequencesMax);
        int threads = options.Threads ?? HardwarePlan.Threads(machine);
        int gpuLayers = options.GpuLayers ?? HardwarePlan.GpuLayers(file, limits, loader.FindAccelerators());
        if (gpuLayers == 0 && options.BatchTokens is null)
        {
            limits = limits with { BatchTokens = Math.Min(limits.BatchTokens, BatchTokensOfCpu) };
        }

        if (options.CheckMemory)
        {
            HardwarePlan.CheckMemory(path, file, limits, gpuLayers, machine);
        }

        LogLoading(logger, path, file.Architecture, threads, gpuLayers, options.ContextTokens);
        ILanguageModel model = loader.Load(path, new ModelParameters(gpuLayers, options.UseMemoryMap));
        try
        {
            return new(model, model.CreateDecoder(new(limits, threads)), options, weights, time, logger);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    [LoggerMessage(3000, LogLevel.Information, "Loading {Path} ({Architecture}): {Threads} threads, {GpuLayers} GPU layers, {ContextTokens} tokens of context")]
    private static partial void LogLoading(ILogger logger, string path, string architecture, int threads, int gpuLayers, int contextTokens);
}
