using System.Diagnostics.Metrics;

namespace Pipeline.Inference.Telemetry;

/// <summary>Instruments of one loaded embedding model.</summary>
internal sealed class EmbeddingMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _promptTokens;
    private readonly Histogram<double> _duration;

    public EmbeddingMeter(string model, Func<int> waiting)
    {
        _meter = new(InferenceTelemetry.Name, null, [new("gen_ai.request.model", model)]);
        _texts = _meter.CreateCounter<long>(InferenceTelemetry.EmbeddedTexts, "{text}");
        _promptTokens = _meter.CreateCounter<long>(InferenceTelemetry.PromptTokens, "{token}");
        _duration = _meter.CreateHistogram<double>(InferenceTelemetry.Duration, "s");
        _meter.CreateObservableGauge(InferenceTelemetry.WaitingRequests, waiting, "{request}");
    }

    public void Embedded(int texts, int tokens, TimeSpan duration)
    {
        _texts.Add(texts);
        _promptTokens.Add(tokens);
        _duration.Record(duration.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();
}
