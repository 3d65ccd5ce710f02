using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Telemetry;

/// <summary>Every name under which the engine reports itself.</summary>
public static class InferenceTelemetry
{
    /// <summary>Name of the meter and of the activity source; hosts add it to OpenTelemetry.</summary>
    public const string Name = "Pipeline.Inference";

    /// <summary>Requests in the batch.</summary>
    public const string ActiveSequences = "pipeline.inference.sequences.active";

    /// <summary>Requests that wait for the batch.</summary>
    public const string WaitingRequests = "pipeline.inference.requests.waiting";

    /// <summary>KV cells in use, cached prefixes included.</summary>
    public const string KvUsed = "pipeline.inference.kv.used";

    /// <summary>KV cells in all.</summary>
    public const string KvCapacity = "pipeline.inference.kv.capacity";

    /// <summary>Prompt tokens of finished requests.</summary>
    public const string PromptTokens = "pipeline.inference.tokens.prompt";

    /// <summary>Those that the prefix cache held.</summary>
    public const string CachedTokens = "pipeline.inference.tokens.cached";

    /// <summary>Texts that were embedded.</summary>
    public const string EmbeddedTexts = "pipeline.inference.texts.embedded";

    /// <summary>Seconds from submission to answer.</summary>
    public const string Duration = "pipeline.inference.request.duration";

    internal static readonly ActivitySource Source = new(Name);
}

/// <summary>Instruments of one loaded model.</summary>
internal sealed class InferenceMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _cachedTokens;
    private readonly Histogram<double> _duration;

    public InferenceMeter(string model, Func<SchedulerState> state, Func<int> submitted)
    {
        _meter = new(InferenceTelemetry.Name, null, [new("gen_ai.request.model", model)]);
        _promptTokens = _meter.CreateCounter<long>(InferenceTelemetry.PromptTokens, "{token}");
        _cachedTokens = _meter.CreateCounter<long>(InferenceTelemetry.CachedTokens, "{token}");
        _duration = _meter.CreateHistogram<double>(InferenceTelemetry.Duration, "s");
        _meter.CreateObservableGauge(InferenceTelemetry.ActiveSequences, () => state().Active, "{sequence}");
        _meter.CreateObservableGauge(InferenceTelemetry.WaitingRequests, () => state().Waiting + submitted(), "{request}");
        _meter.CreateObservableGauge(InferenceTelemetry.KvUsed, () => state().KvUsed, "{token}");
        _meter.CreateObservableGauge(InferenceTelemetry.KvCapacity, () => state().KvCapacity, "{token}");
    }

    public void Scored(LabelScores scores, TimeSpan duration)
    {
        _promptTokens.Add(scores.PromptTokens);
        _cachedTokens.Add(scores.CachedTokens);
        _duration.Record(duration.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();
}
