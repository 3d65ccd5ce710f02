using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Models;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Scoring;
using Pipeline.Inference.Telemetry;

namespace Pipeline.Inference;

/// <summary>A model with its decoder and the loop that ticks it; disposed in the reverse order of use.</summary>
internal sealed class LoadedModel : IAsyncDisposable
{
    private readonly ILanguageModel _model;
    private readonly IDecoder _decoder;
    private readonly SubmissionQueue<InferenceTask> _submissions;
    private readonly SchedulerLoop<InferenceTask, SchedulerState> _loop;
    private readonly InferenceMeter _meter;
    private readonly LabelScorer _scorer;
    private readonly TextGenerator _generator;
    private readonly TimeProvider _time;

    public LoadedModel(ILanguageModel model, IDecoder decoder, InferenceOptions options, TimeProvider time, ILogger logger)
    {
        (_model, _decoder, _time) = (model, decoder, time);
        _submissions = new(options.QueueMax);
        _loop = new(new BatchScheduler(decoder, _submissions, options.PrefixesMax, options.PromptTokensMax, logger), _submissions, logger);
        _meter = new(model.Info.Name, () => _loop.State, () => _submissions.Count);
        _scorer = new(model, decoder.Limits.ContextTokens, _submissions);
        _generator = new(model, decoder.Limits.ContextTokens, _submissions, time);
    }

    public ModelInfo Info => _model.Info;

    public async Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        using Activity? activity = InferenceTelemetry.StartActivity(InferenceTelemetry.ScoreOperation, Info.Name);
        long start = _time.GetTimestamp();
        LabelScores scores = await _scorer.ScoreAsync(request, cancellationToken);
        _meter.Scored(scores, _time.GetElapsedTime(start));
        activity?.SetTag(InferenceTelemetry.InputTokens, scores.PromptTokens);
        return scores;
    }

    public async Task<GenerationStream> StreamAsync(GenerationRequest request, CancellationToken cancellationToken)
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

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _meter.Dispose();
        _submissions.Dispose();
        _decoder.Dispose();
        _model.Dispose();
    }
}
