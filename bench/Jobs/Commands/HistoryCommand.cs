using System.CommandLine;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Whether a pipeline with a month of finished jobs is as fast as a new one.</summary>
internal static class HistoryCommand
{
    private const string New = "pipeline.new";
    private const string Old = "pipeline.old";

    private static readonly Ratio[] _ratios =
    [
        new("http_old_vs_new", Old + ".http", New + ".http"),
        new("bulk_old_vs_new", Old + ".bulk", New + ".bulk"),
        new("latency_new_vs_old", New + ".latency", Old + ".latency"),
    ];

    private static readonly Option<int> _rows = RunOptions.Number("--rows", "Finished jobs of the old pipeline", 10_000_000, 1_000_000_000);

    public static Command Create() => RunOptions.Command("history", "Measures a pipeline with finished jobs beside a new one, in turns.", RunAsync, _rows);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        string today = History.Today(stage.Time);
        PipelineSide young = await PipelinePair.StartAsync(field, stage, "new", today, cancellationToken);
        PipelineSide old = await PipelinePair.StartAsync(field, stage, "old", today, cancellationToken);
        await History.WriteAsync(stage.Servers.Database("old"), parsed.GetValue(_rows), stage.Time, Console.Error, cancellationToken);
        Rounds rounds = await PipelinePair.RunAsync(stage, sizes, (New, young), (Old, old), cancellationToken);
        return await RunOptions.FinishAsync(new("history", _ratios, rounds, old.MemoryMegabytes), rounds, field, parsed, cancellationToken);
    }
}
