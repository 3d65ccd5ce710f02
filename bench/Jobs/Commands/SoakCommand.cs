using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Half of what the pipeline can do, for long: does anything grow?</summary>
internal static class SoakCommand
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);
    private static readonly Option<int> _minutes = RunOptions.Number("--minutes", "How long", 30, 10_000);

    public static Command Create() => HalfLoad.Command("soak", "Keeps half of the pipeline's rate up, and watches memory and connections.", RunAsync, _minutes);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using HalfLoad half = await HalfLoad.StartAsync(stage, sizes, parsed, cancellationToken);
        SteadyLoad load = half.New();
        Task running = load.RunAsync(TimeSpan.FromMinutes(parsed.GetValue(_minutes)), cancellationToken);
        List<JsonObject> minutes = [];
        using PeriodicTimer timer = new(_interval, stage.Time);
        while (!running.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
        {
            minutes.Add(await LookAsync(half, load, cancellationToken));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"minute {minutes.Count,3}  {minutes[^1].ToJsonString()}"));
        }

        await running;
        long start = stage.Time.GetTimestamp();
        await half.Pipeline.Results.WaitAsync((int)load.Accepted, cancellationToken);
        JsonObject line = new()
        {
            ["bench"] = "soak",
            ["minutes"] = minutes.Count,
            ["per_second"] = Math.Round(half.PerSecond),
            ["accepted"] = load.Accepted,
            ["finished_after_s"] = Math.Round(stage.Time.GetElapsedTime(start).TotalSeconds, 1),
            ["growth"] = new JsonObject(minutes[0].Select(figure => figure.Key).Where(key => key is not "latency_ms").Select(key => KeyValuePair.Create(key, Growth(minutes, key)))),
        };
        await half.FinishAsync(line, parsed, cancellationToken, [.. minutes]);
        return 0;
    }

    private static async Task<JsonObject> LookAsync(HalfLoad half, SteadyLoad load, CancellationToken cancellationToken)
    {
        JsonObject look = new() { ["latency_ms"] = Percentile.Describe(load.TakeLatencies()) };
        foreach ((string process, JsonNode? megabytes) in half.Pipeline.MemoryMegabytes)
        {
            look[process + "_mb"] = megabytes!.DeepClone();
        }

        look["broker_connections"] = await half.Broker.CountConnectionsAsync(cancellationToken);
        look["broker_channels"] = await half.Broker.CountChannelsAsync(cancellationToken);
        look["postgres_connections"] = await half.Pipeline.Results.CountConnectionsAsync(cancellationToken);
        return look;
    }

    /// <summary>The median of the last third of the minutes over that of the second: the first fills caches and pools.</summary>
    private static JsonNode? Growth(List<JsonObject> minutes, string key)
    {
        int third = minutes.Count / 3;
        return third is 0 ? null : Math.Round(Of(minutes[^third..]) / Of(minutes[third..(2 * third)]), 3);

        double Of(List<JsonObject> part) => Median.Of(part.Select(minute => Convert.ToDouble(minute[key]!.GetValue<object>(), CultureInfo.InvariantCulture)));
    }
}
