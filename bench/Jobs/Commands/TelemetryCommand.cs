using System.CommandLine;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>This pipeline with traces, metrics and logs sent to a receiver, beside itself without.</summary>
internal static class TelemetryCommand
{
    private const string On = "pipeline.telemetry";
    private const string Off = "pipeline.silent";

    private static readonly Ratio[] _ratios =
    [
        new("http_telemetry_vs_silent", On + ".http", Off + ".http"),
        new("bulk_telemetry_vs_silent", On + ".bulk", Off + ".bulk"),
        new("latency_telemetry_vs_silent", On + ".latency", Off + ".latency"),
    ];

    public static Command Create() => RunOptions.Command("telemetry", "Measures this pipeline with telemetry beside itself without, in turns.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using TelemetrySink sink = TelemetrySink.Start();
        await using Field field = new(Console.Error);
        PipelineSide silent = await PipelinePair.StartAsync(field, stage, "silent", "jobs", cancellationToken);
        PipelineSide told = await PipelinePair.StartAsync(field, stage, "told", "jobs", cancellationToken, new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        Rounds rounds = await PipelinePair.RunAsync(stage, sizes, (On, told), (Off, silent), cancellationToken);
        await Console.Error.WriteLineAsync($"The receiver took {sink.Bytes / 1_048_576.0:0.0} MiB in {sink.Requests} requests.");
        return await RunOptions.FinishAsync(new("telemetry", _ratios, rounds, told.MemoryMegabytes), rounds, field, parsed, cancellationToken);
    }
}
