using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;
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
    // 48 bits, as of embedding models.
    private const int VersionLength = 12;

    private readonly ILanguageModel _model;
    private readonly IDecoder _decoder;
    private readonly SubmissionQueue<InferenceTask> _submissions;
    private readonly SchedulerLoop<InferenceTask, SchedulerState> _loop;
    private readonly InferenceMeter _meter;
    private readonly LabelScorer _scorer;
    private readonly TextGenerator _generator;
    private readonly TimeProvider _time;
    private readonly Dictionary<ModelAdapter, LocalModel> _adapted;

    private LocalModel(
        ILanguageModel model, string version, IDecoder decoder, IReadOnlyList<ModelAdapter> adapters, InferenceOptions options, OwnerWeights weights, TimeProvider time, ILogger logger)
    {
        (_model, Version, _decoder, _time, Info) = (model, version, decoder, time, model.Info);
        _submissions = new(options.QueueMax);
        BatchScheduler scheduler = new(
            decoder, _submissions, options.PrefixesMax, new(options.PromptTokensMax, options.PassTimeMax, time), new(options.AdapterPassesMax), weights, logger);
        _loop = new(scheduler, _submissions, logger);
        _meter = new(model.Info.Name, () => _loop.State, () => _submissions.Count);
        _scorer = new(model, decoder.Limits.ContextTokens, _submissions);
        _generator = new(model, decoder.Limits.ContextTokens, _submissions, time);
        Chat = new(this, options.OutputTokensMax);
        _adapted = adapters.Select((adapter, index) => (adapter, Model: new LocalModel(this, adapter, index + 1, options))).ToDictionary(pair => pair.adapter, pair => pair.Model);
    }

    /// <summary>The same model through an adapter: what is asked of it shares weights, cache and loop with the others.</summary>
    private LocalModel(LocalModel shared, ModelAdapter adapter, int number, InferenceOptions options)
    {
        (_model, _decoder, _submissions, _loop, _meter, _time) = (shared._model, shared._decoder, shared._submissions, shared._loop, shared._meter, shared._time);
        (Info, Version) = (shared.Info with { Name = $"{shared.Info.Name}:{adapter.Name}" }, $"{shared.Version}-{AdapterFile.VersionOf(adapter)}");
        _scorer = new(_model, _decoder.Limits.ContextTokens, _submissions, number);
        _generator = new(_model, _decoder.Limits.ContextTokens, _submissions, _time, number);
        Chat = new(this, options.OutputTokensMax);
        _adapted = [];
    }

    /// <summary>What its file says of itself; through an adapter, with the name of that behind its own.</summary>
    public ModelInfo Info { get; }

    /// <summary>Tells files with one name apart: a short hash of what is in the file.</summary>
    public string Version { get; }

    /// <summary>What its batch does.</summary>
    public EngineState Engine
    {
        get
        {
            SchedulerState state = _loop.State;
            return new(state.Active, state.Active + state.SequencesFree + state.Prefixes, state.KvUsed, state.KvCapacity, state.Passes, state.PassTokens, state.PassTokensMax);
        }
    }

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
        return scores with { Model = Info.Name, ModelVersion = Version };
    }

    /// <summary>The model through an adapter that was loaded with it.</summary>
    /// <exception cref="InferenceException">It was not.</exception>
    internal LocalModel Through(ModelAdapter? adapter) => adapter is null ? this
        : _adapted.TryGetValue(adapter, out LocalModel? adapted) ? adapted
        : throw new InferenceException($"{Info.Name} was loaded without the adapter {adapter.Name} ({adapter.Path}), by a name that does not have it. Give all names of one file the same adapters.");

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

    /// <summary>Checks the memory, then loads; blocks for seconds to minutes.</summary>
    /// <exception cref="ModelLoadException">The memory or the native library is unsuitable; the message says what to change.</exception>
    internal static LocalModel Load(ModelPlan plan, IReadOnlyList<ModelAdapter> adapters, IModelLoader loader, InferenceOptions options, OwnerWeights weights, TimeProvider time, ILogger logger)
    {
        if (options.CheckMemory)
        {
            HardwarePlan.CheckMemory(plan.Path, plan.File, plan.Limits, plan.GpuLayers, MachineReader.Read());
        }

        LogLoading(logger, plan.Path, plan.File.Architecture, plan.Threads, plan.GpuLayers, plan.Limits.ContextTokens);
        ILanguageModel model = loader.Load(plan.Path, new ModelParameters(plan.GpuLayers, options.UseMemoryMap) { Adapters = adapters });
        try
        {
            return new(model, ModelFingerprint.Of(plan.Path)[..VersionLength], model.CreateDecoder(new(plan.Limits, plan.Threads)), adapters, options, weights, time, logger);
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
