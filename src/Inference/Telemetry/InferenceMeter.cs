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
        _tokens = SharedInstruments.Tokens(_meter);
        _cachedTokens = _meter.CreateCounter<long>(InferenceTelemetry.CachedTokens, "{token}", "Prompt tokens that the prefix cache held.");
        _duration = SharedInstruments.Duration(_meter);
        _timeToFirstToken = Seconds(InferenceTelemetry.TimeToFirstToken, "From submission to the first token of an answer.");
        _timePerOutputToken = _meter.CreateHistogram(InferenceTelemetry.TimePerOutputToken, "s", "Per token of an answer, after the first one.", null, InferenceBuckets.SecondsPerToken);
        _prefill = Seconds(InferenceTelemetry.PrefillDuration, "From submission until the prompt is computed.");
        _decode = Seconds(InferenceTelemetry.DecodeDuration, "From the first token of an answer to the last.");
        _meter.CreateObservableGauge(InferenceTelemetry.ActiveSequences, () => state().Active, "{sequence}", "Requests in the batch.");
        _meter.CreateObservableGauge(InferenceTelemetry.FreeSequences, () => state().SequencesFree, "{sequence}", "Places of the batch that are free.");
        _meter.CreateObservableGauge(InferenceTelemetry.CachedPrefixes, () => state().Prefixes, "{prefix}", "Prefixes that the KV cache keeps for the next prompts.");
        _meter.CreateObservableCounter(InferenceTelemetry.Evictions, () => state().Evictions, "{request}", "Requests that were sent back to waiting because the KV cache was full.");
        _meter.CreateObservableCounter(InferenceTelemetry.Passes, () => state().Passes, "{pass}", "Forward passes.");
        _meter.CreateObservableCounter(InferenceTelemetry.PassTokens, () => state().PassTokens, "{token}", "Tokens that were computed in forward passes.");
        _meter.CreateObservableGauge(InferenceTelemetry.PassTokensMax, () => state().PassTokensMax, "{token}", "Most tokens of one forward pass.");
        SharedInstruments.Waiting(_meter, () => state().Waiting + submitted());
        _meter.CreateObservableGauge(InferenceTelemetry.KvUsed, () => state().KvUsed, "{token}", "KV cells in use, cached prefixes included.");
        _meter.CreateObservableGauge(InferenceTelemetry.KvCapacity, () => state().KvCapacity, "{token}", "KV cells in all.");
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

    private Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram(name, "s", description, null, InferenceBuckets.Seconds);
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
        _texts = _meter.CreateCounter<long>(InferenceTelemetry.EmbeddedTexts, "{text}", "Texts that were embedded.");
        _tokens = SharedInstruments.Tokens(_meter);
        _duration = SharedInstruments.Duration(_meter);
        SharedInstruments.Waiting(_meter, waiting);
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

/// <summary>What models of both sorts have: the same name needs the same description everywhere.</summary>
file static class SharedInstruments
{
    public static Histogram<long> Tokens(Meter meter) =>
        meter.CreateHistogram(InferenceTelemetry.TokenUsage, "{token}", "Tokens of finished requests.", null, InferenceBuckets.Tokens);

    public static Histogram<double> Duration(Meter meter) =>
        meter.CreateHistogram(InferenceTelemetry.RequestDuration, "s", "From submission to the end of the answer.", null, InferenceBuckets.Seconds);

    public static void Waiting(Meter meter, Func<int> waiting) =>
        meter.CreateObservableGauge(InferenceTelemetry.WaitingRequests, waiting, "{request}", "Requests that wait for the batch.");
}
