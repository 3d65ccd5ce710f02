using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Half of what the pipeline can do, for long: does anything grow?</summary>
internal static class SoakCommand
{
    private const double Share = 0.5;
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);
    private static readonly Option<int> _minutes = RunOptions.Number("--minutes", "How long", 30, 10_000);
    private static readonly Option<string> _services = new("--services") { Description = "Directory of the servers that eng/services runs", Required = true };

    public static Command Create() => RunOptions.Command("soak", "Keeps half of the pipeline's rate up, and watches memory and connections.", RunAsync, _minutes, _services);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, cancellationToken));
        PrivateBroker broker = new(stage, parsed.GetRequiredValue(_services));
        double perSecond = Share * await RateAsync(pipeline, sizes, stage, cancellationToken);
        await pipeline.Results.ClearAsync(cancellationToken);

        SteadyLoad load = new(pipeline.Port, KeepAliveConnection.Post(PipelineSide.Path, PipelineSide.Item), perSecond, stage.Time);
        Task running = load.RunAsync(TimeSpan.FromMinutes(parsed.GetValue(_minutes)), cancellationToken);
        List<JsonObject> minutes = [];
        using PeriodicTimer timer = new(_interval, stage.Time);
        while (!running.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
        {
            minutes.Add(await LookAsync(pipeline, broker, load, cancellationToken));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"minute {minutes.Count,3}  {minutes[^1].ToJsonString()}"));
        }

        await running;
        long start = stage.Time.GetTimestamp();
        await pipeline.Results.WaitAsync((int)load.Accepted, cancellationToken);
        JsonObject line = new()
        {
            ["bench"] = "soak",
            ["minutes"] = minutes.Count,
            ["per_second"] = Math.Round(perSecond),
            ["accepted"] = load.Accepted,
            ["finished_after_s"] = Math.Round(stage.Time.GetElapsedTime(start).TotalSeconds, 1),
            ["growth"] = new JsonObject(minutes[0].Select(figure => figure.Key).Where(key => key is not "latency_ms").Select(key => KeyValuePair.Create(key, Growth(minutes, key)))),
        };
        await RunOptions.RecordAsync(
            surroundings =>
            {
                JsonObject record = line.DeepClone().AsObject();
                record["surroundings"] = surroundings;
                record["each_minute"] = new JsonArray([.. minutes]);
                return record;
            },
            field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
        return 0;
    }

    private static async Task<double> RateAsync(PipelineSide pipeline, Sizes sizes, Stage stage, CancellationToken cancellationToken)
    {
        Throughput most = new("pipeline.http", sizes.Jobs, sizes.WarmUp, pipeline.Results, pipeline.SubmitAsync, stage.Time);
        await most.WarmUpAsync(cancellationToken);
        return (await most.MeasureAsync(cancellationToken)).Value;
    }

    private static async Task<JsonObject> LookAsync(PipelineSide pipeline, PrivateBroker broker, SteadyLoad load, CancellationToken cancellationToken)
    {
        JsonObject look = new() { ["latency_ms"] = Percentile.Describe(load.TakeLatencies()) };
        foreach ((string process, JsonNode? megabytes) in pipeline.MemoryMegabytes)
        {
            look[process + "_mb"] = megabytes!.DeepClone();
        }

        look["broker_connections"] = await broker.CountConnectionsAsync(cancellationToken);
        look["broker_channels"] = await broker.CountChannelsAsync(cancellationToken);
        look["postgres_connections"] = await pipeline.Results.CountConnectionsAsync(cancellationToken);
        return look;
    }

    /// <summary>The median of the last third of the minutes over that of the second: the first fills caches and pools.</summary>
    private static JsonNode? Growth(List<JsonObject> minutes, string key)
    {
        int third = minutes.Count / 3;
        return third is 0 ? null : Math.Round(Of(minutes[^third..]) / Of(minutes[third..(2 * third)]), 3);

        double Of(List<JsonObject> part) => Median.Of(part.Select(minute => minute[key]!.GetValue<double>()));
    }
}
