using System.Diagnostics.Metrics;

namespace Pipeline.Inference.Telemetry;

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
        _tokens = _meter.CreateHistogram<long>(InferenceTelemetry.TokenUsage, "{token}");
        _duration = _meter.CreateHistogram<double>(InferenceTelemetry.RequestDuration, "s");
        _meter.CreateObservableGauge(InferenceTelemetry.WaitingRequests, waiting, "{request}");
    }

    public void Embedded(int texts, int tokens, TimeSpan duration)
    {
        KeyValuePair<string, object?> operation = new(InferenceTelemetry.Operation, InferenceTelemetry.EmbeddingsOperation);
        _texts.Add(texts);
        _tokens.Record(tokens, operation, new(InferenceTelemetry.TokenType, "input"));
        _duration.Record(duration.TotalSeconds, operation);
    }

    public void Dispose() => _meter.Dispose();
}
