using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Telemetry;

/// <summary>Instruments of one loaded model.</summary>
internal sealed class InferenceMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<long> _tokens;
    private readonly Counter<long> _cachedTokens;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Histogram<double> _prefill;
    private readonly Histogram<double> _decode;

    public InferenceMeter(string model, Func<SchedulerState> state, Func<int> submitted)
    {
        _meter = new(InferenceTelemetry.Name, null, [new(InferenceTelemetry.Model, model)]);
        _tokens = _meter.CreateHistogram(InferenceTelemetry.TokenUsage, "{token}", null, null, InferenceBuckets.Tokens);
        _cachedTokens = _meter.CreateCounter<long>(InferenceTelemetry.CachedTokens, "{token}");
        _duration = Seconds(InferenceTelemetry.RequestDuration);
        _timeToFirstToken = Seconds(InferenceTelemetry.TimeToFirstToken);
        _timePerOutputToken = _meter.CreateHistogram(InferenceTelemetry.TimePerOutputToken, "s", null, null, InferenceBuckets.SecondsPerToken);
        _prefill = Seconds(InferenceTelemetry.PrefillDuration);
        _decode = Seconds(InferenceTelemetry.DecodeDuration);
        _meter.CreateObservableGauge(InferenceTelemetry.ActiveSequences, () => state().Active, "{sequence}");
        _meter.CreateObservableGauge(InferenceTelemetry.FreeSequences, () => state().SequencesFree, "{sequence}");
        _meter.CreateObservableGauge(InferenceTelemetry.CachedPrefixes, () => state().Prefixes, "{prefix}");
        _meter.CreateObservableCounter(InferenceTelemetry.Evictions, () => state().Evictions, "{request}");
        _meter.CreateObservableCounter(InferenceTelemetry.Passes, () => state().Passes, "{pass}");
        _meter.CreateObservableCounter(InferenceTelemetry.PassTokens, () => state().PassTokens, "{token}");
        _meter.CreateObservableGauge(InferenceTelemetry.PassTokensMax, () => state().PassTokensMax, "{token}");
        _meter.CreateObservableGauge(InferenceTelemetry.WaitingRequests, () => state().Waiting + submitted(), "{request}");
        _meter.CreateObservableGauge(InferenceTelemetry.KvUsed, () => state().KvUsed, "{token}");
        _meter.CreateObservableGauge(InferenceTelemetry.KvCapacity, () => state().KvCapacity, "{token}");
    }

    public void Scored(LabelScores scores, TimeSpan duration)
    {
        TagList tags = InferenceTelemetry.TagsOf(InferenceTelemetry.ScoreOperation);
        _tokens.Record(scores.PromptTokens, InferenceTelemetry.TagsOf(InferenceTelemetry.ScoreOperation, "input"));
        _cachedTokens.Add(scores.CachedTokens, tags);
        _duration.Record(duration.TotalSeconds, tags);
        _prefill.Record(duration.TotalSeconds, tags);
    }

    public void Generated(GeneratedAnswer answer)
    {
        TagList tags = InferenceTelemetry.TagsOf(InferenceTelemetry.ChatOperation);
        _tokens.Record(answer.PromptTokens, InferenceTelemetry.TagsOf(InferenceTelemetry.ChatOperation, "input"));
        _tokens.Record(answer.AnswerTokens, InferenceTelemetry.TagsOf(InferenceTelemetry.ChatOperation, "output"));
        _cachedTokens.Add(answer.CachedTokens, tags);
        _duration.Record(answer.Duration.TotalSeconds, tags);
        _timeToFirstToken.Record(answer.TimeToFirstToken.TotalSeconds, tags);
        _prefill.Record(answer.TimeToFirstToken.TotalSeconds, tags);
        _decode.Record((answer.Duration - answer.TimeToFirstToken).TotalSeconds, tags);
        if (answer.TokensPerSecond is double rate)
        {
            _timePerOutputToken.Record(1 / rate, tags);
        }
    }

    public void Failed(string operation, TimeSpan duration, Exception exception)
    {
        TagList tags = InferenceTelemetry.TagsOf(operation);
        tags.Add(InferenceTelemetry.ErrorType, exception.GetType().Name);
        _duration.Record(duration.TotalSeconds, tags);
    }

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Seconds(string name) => _meter.CreateHistogram(name, "s", null, null, InferenceBuckets.Seconds);
}

/// <summary>Instruments of one loaded embedding model.</summary>
internal sealed class EmbeddingMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _texts;
    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _duration;

    public EmbeddingMeter(string model, Func<int> waiting)
    {
        _meter = new(InferenceTelemetry.Name, null, [new(InferenceTelemetry.Model, model)]);
        _texts = _meter.CreateCounter<long>(InferenceTelemetry.EmbeddedTexts, "{text}");
        _tokens = _meter.CreateHistogram(InferenceTelemetry.TokenUsage, "{token}", null, null, InferenceBuckets.Tokens);
        _duration = _meter.CreateHistogram(InferenceTelemetry.RequestDuration, "s", null, null, InferenceBuckets.Seconds);
        _meter.CreateObservableGauge(InferenceTelemetry.WaitingRequests, waiting, "{request}");
    }

    public void Embedded(int texts, int tokens, TimeSpan duration)
    {
        TagList tags = InferenceTelemetry.TagsOf(InferenceTelemetry.EmbeddingsOperation);
        _texts.Add(texts);
        _tokens.Record(tokens, InferenceTelemetry.TagsOf(InferenceTelemetry.EmbeddingsOperation, "input"));
        _duration.Record(duration.TotalSeconds, tags);
    }

    public void Dispose() => _meter.Dispose();
}
