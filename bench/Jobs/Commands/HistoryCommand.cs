using System.CommandLine;
using Pipeline.Bench.Jobs.Measures;
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
        PipelineSide young = await StartAsync("new");
        PipelineSide old = await StartAsync("old");
        await History.WriteAsync(stage.Servers.Database("old"), parsed.GetValue(_rows), stage.Time, Console.Error, cancellationToken);

        Rounds rounds = new(
            [
                [Measure(New + ".http", young, young.SubmitAsync), Measure(Old + ".http", old, old.SubmitAsync)],
                [Measure(New + ".bulk", young, young.SubmitBatchAsync), Measure(Old + ".bulk", old, old.SubmitBatchAsync)],
                [Latency(New + ".latency", young), Latency(Old + ".latency", old)],
            ],
            sizes.Rounds,
            Console.Error);
        await rounds.RunAsync(cancellationToken);
        return await RunOptions.FinishAsync(new("history", _ratios, rounds, old.MemoryMegabytes), rounds, field, parsed, cancellationToken);

        async Task<PipelineSide> StartAsync(string name)
        {
            string postgres = await History.CreateDatabaseAsync(stage, name, cancellationToken);
            return await field.StartAsync(PipelineSide.StartAsync(stage, works: true, postgres, History.Today(stage.Time), name + ".", cancellationToken));
        }

        Throughput Measure(string name, PipelineSide side, Func<int, CancellationToken, Task> submit) =>
            new(name, sizes.Jobs, sizes.WarmUp, side.Results, submit, stage.Time);

        Latency Latency(string name, PipelineSide side) =>
            new(name, sizes.OneByOne, side.Results, (jobs, stop) => side.OneByOneAsync(jobs, stage.Time, stop), stage.Time);
    }
}
