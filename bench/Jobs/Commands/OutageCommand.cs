using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>The broker is away while jobs come in: do clients notice, and is everything done once it is back?</summary>
internal static class OutageCommand
{
    private const double Share = 0.5;
    private static readonly TimeSpan _before = TimeSpan.FromSeconds(30);
    private static readonly Option<int> _seconds = RunOptions.Number("--seconds", "How long the broker is away", 60, 3_600);
    private static readonly Option<string> _services = new("--services") { Description = "Directory of the servers that eng/services runs", Required = true };

    public static Command Create() => RunOptions.Command("outage", "Stops the broker under load.", RunAsync, _seconds, _services);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, cancellationToken));
        PrivateBroker broker = new(stage, parsed.GetRequiredValue(_services));
        Throughput most = new("pipeline.http", sizes.Jobs, sizes.WarmUp, pipeline.Results, pipeline.SubmitAsync, stage.Time);
        await most.WarmUpAsync(cancellationToken);
        double perSecond = Share * (await most.MeasureAsync(cancellationToken)).Value;
        await pipeline.Results.ClearAsync(cancellationToken);

        SteadyLoad load = new(pipeline.Port, KeepAliveConnection.Post(PipelineSide.Path, PipelineSide.Item), perSecond, stage.Time);
        await load.RunAsync(_before, cancellationToken);
        double[] before = load.TakeLatencies();
        await Console.Error.WriteLineAsync($"the broker is stopped for {parsed.GetValue(_seconds)} s, {perSecond:0} jobs/s go on");
        await broker.StopAsync(cancellationToken);
        SteadyLoad during = new(pipeline.Port, KeepAliveConnection.Post(PipelineSide.Path, PipelineSide.Item), perSecond, stage.Time);
        await during.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(_seconds)), cancellationToken);
        double[] away = during.TakeLatencies();
        await broker.StartAsync(cancellationToken);
        long start = stage.Time.GetTimestamp();
        await pipeline.Results.WaitAsync((int)(load.Accepted + during.Accepted), cancellationToken);

        JsonObject line = new()
        {
            ["bench"] = "outage",
            ["seconds"] = parsed.GetValue(_seconds),
            ["per_second"] = Math.Round(perSecond),
            ["accepted_while_away"] = during.Accepted,
            ["finished_after_s"] = Math.Round(stage.Time.GetElapsedTime(start).TotalSeconds, 1),
            ["latency_ms"] = new JsonObject { ["before"] = Percentile.Describe(before), ["away"] = Percentile.Describe(away) },
            ["ratios"] = new JsonObject { ["p50_away_vs_before"] = Math.Round(Percentile.Of(away, 0.5) / Percentile.Of(before, 0.5), 3) },
        };
        await RunOptions.RecordAsync(
            surroundings =>
            {
                JsonObject record = line.DeepClone().AsObject();
                record["surroundings"] = surroundings;
                return record;
            },
            field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
        return 0;
    }
}
