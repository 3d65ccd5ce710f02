using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.TestSupport.Telemetry;

/// <summary>Takes what OpenTelemetry's exporters send as OTLP over HTTP in protobuf, and keeps it.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    // Fields of a metric.
    private static readonly int[] GaugeOrSum = [5, 7];
    private const int Histogram = 9;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, string> _metrics = new();
    private readonly ConcurrentDictionary<(string Metric, string Tag), string> _tags = new();
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly ConcurrentQueue<string> _logs = new();

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/v1/traces", context => ReceiveAsync(context, ReadSpans));
        _app.MapPost("/v1/metrics", context => ReceiveAsync(context, ReadMetrics));
        _app.MapPost("/v1/logs", context => ReceiveAsync(context, ReadLogs));
    }

    /// <summary>Settings of a host that sends here, and soon.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Names of metrics, with the meter that each is of.</summary>
    public IReadOnlyDictionary<string, string> Metrics => _metrics;

    /// <summary>A value of each tag of each metric.</summary>
    public IReadOnlyDictionary<(string Metric, string Tag), string> MetricTags => _tags;

    /// <summary>Texts of log records.</summary>
    public IReadOnlyList<string> Logs => [.. _logs];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Whether a text stood anywhere in what was sent: in names, attributes, events, statuses, logs.</summary>
    public bool Holds(string text) => _bodies.Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    private async Task ReceiveAsync(HttpContext context, Action<ProtoMessage> read)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        _bodies.Enqueue(bytes);
        read(new(bytes));
        context.Response.ContentType = "application/x-protobuf"; // An empty message: everything was taken.
    }

    private void ReadSpans(ProtoMessage request)
    {
        foreach (var resource in request.Messages(1))
        {
            var described = Attributes(resource.Messages(1).Single(), 1);
            foreach (var scope in resource.Messages(2))
            {
                foreach (var span in scope.Messages(2))
                {
                    _spans.Enqueue(new()
                    {
                        Service = described.GetValueOrDefault("service.name", ""),
                        Resource = described,
                        Source = scope.Messages(1).Single().Text(1),
                        TraceId = span.Hex(1),
                        SpanId = span.Hex(2),
                        ParentId = span.Hex(4),
                        Name = span.Text(5),
                        Start = span.Number(7),
                        End = span.Number(8),
                        Attributes = Attributes(span, 9),
                        IsFailed = span.Messages(15).Any(status => status.Number(3) is 2),
                        Links = [.. span.Messages(13).Select(link => link.Hex(2))],
                    });
                }
            }
        }
    }

    private void ReadMetrics(ProtoMessage request)
    {
        foreach (var scope in request.Messages(1).SelectMany(resource => resource.Messages(2)))
        {
            foreach (var metric in scope.Messages(2))
            {
                _metrics[metric.Text(1)] = scope.Messages(1).Single().Text(1);
                foreach (var (tag, value) in GaugeOrSum.SelectMany(metric.Messages).SelectMany(data => data.Messages(1)).SelectMany(point => Attributes(point, 7))
                    .Concat(metric.Messages(Histogram).SelectMany(data => data.Messages(1)).SelectMany(point => Attributes(point, 9))))
                {
                    _tags[(metric.Text(1), tag)] = value;
                }
            }
        }
    }

    private void ReadLogs(ProtoMessage request)
    {
        foreach (var record in request.Messages(1).SelectMany(resource => resource.Messages(2)).SelectMany(scope => scope.Messages(2)))
        {
            _logs.Enqueue(string.Concat(record.Messages(5).Select(body => body.Text(1))));
        }
    }

    private static Dictionary<string, string> Attributes(ProtoMessage owner, int field) =>
        owner.Messages(field).ToDictionary(attribute => attribute.Text(1), attribute => Value(attribute.Messages(2).Single()));

    private static string Value(ProtoMessage value) => value.Has(1) ? value.Text(1) : $"{value.Number(value.Has(2) ? 2 : 3)}";
}

/// <summary>A span as its exporter told it.</summary>
public sealed record ReceivedSpan
{
    public required string Service { get; init; }

    /// <summary>What its process says of itself.</summary>
    public required IReadOnlyDictionary<string, string> Resource { get; init; }

    /// <summary>Name of its activity source.</summary>
    public required string Source { get; init; }

    public required string TraceId { get; init; }

    public required string SpanId { get; init; }

    /// <summary>Empty for the first of a trace.</summary>
    public required string ParentId { get; init; }

    public required string Name { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public required ulong Start { get; init; }

    public required ulong End { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Whether its status is an error.</summary>
    public required bool IsFailed { get; init; }

    /// <summary>Ids of spans that it is linked with.</summary>
    public required IReadOnlyList<string> Links { get; init; }
}
