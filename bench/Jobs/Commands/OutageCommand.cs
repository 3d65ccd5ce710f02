using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>The broker is away while jobs come in: do clients notice, and is everything done once it is back?</summary>
internal static class OutageCommand
{
    private static readonly TimeSpan _before = TimeSpan.FromSeconds(30);
    private static readonly Option<int> _seconds = RunOptions.Number("--seconds", "How long the broker is away", 60, 3_600);

    public static Command Create() => HalfLoad.Command("outage", "Stops the broker under load.", RunAsync, _seconds);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using HalfLoad half = await HalfLoad.StartAsync(stage, sizes, parsed, cancellationToken);
        SteadyLoad load = half.New();
        await load.RunAsync(_before, cancellationToken);
        double[] before = load.TakeLatencies();
        await Console.Error.WriteLineAsync($"the broker is stopped for {parsed.GetValue(_seconds)} s, {half.PerSecond:0} jobs/s go on");
        await half.Broker.StopAsync(cancellationToken);
        SteadyLoad during = half.New();
        await during.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(_seconds)), cancellationToken);
        double[] away = during.TakeLatencies();
        await half.Broker.StartAsync(cancellationToken);
        long start = stage.Time.GetTimestamp();
        await half.Pipeline.Results.WaitAsync((int)(load.Accepted + during.Accepted), cancellationToken);

        JsonObject line = new()
        {
            ["bench"] = "outage",
            ["seconds"] = parsed.GetValue(_seconds),
            ["per_second"] = Math.Round(half.PerSecond),
            ["accepted_while_away"] = during.Accepted,
            ["finished_after_s"] = Math.Round(stage.Time.GetElapsedTime(start).TotalSeconds, 1),
            ["latency_ms"] = new JsonObject { ["before"] = Percentile.Describe(before), ["away"] = Percentile.Describe(away) },
            ["ratios"] = new JsonObject { ["p50_away_vs_before"] = Math.Round(Percentile.Of(away, 0.5) / Percentile.Of(before, 0.5), 3) },
        };
        await half.FinishAsync(line, parsed, cancellationToken);
        return 0;
    }
}
