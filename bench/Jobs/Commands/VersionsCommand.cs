using System.CommandLine;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>This pipeline beside another version of it, for example the one before a change.</summary>
internal static class VersionsCommand
{
    private const string Now = "pipeline.now";
    private const string Before = "pipeline.before";

    private static readonly Ratio[] _ratios =
    [
        new("http_now_vs_before", Now + ".http", Before + ".http"),
        new("bulk_now_vs_before", Now + ".bulk", Before + ".bulk"),
        new("latency_now_vs_before", Now + ".latency", Before + ".latency"),
    ];

    private static readonly Option<string> _beside = new("--beside") { Description = "A checkout of the other version, with src/Api and bench/NoOpWorker built", Required = true };

    public static Command Create() => RunOptions.Command("versions", "Measures this version beside another one, in turns.", RunAsync, _beside);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide now = await StartAsync("now", stage);
        PipelineSide before = await StartAsync("before", stage with { Root = Path.GetFullPath(parsed.GetRequiredValue(_beside)) });
        Rounds rounds = new(
            [
                [Measure(Now + ".http", now, now.SubmitAsync), Measure(Before + ".http", before, before.SubmitAsync)],
                [Measure(Now + ".bulk", now, now.SubmitBatchAsync), Measure(Before + ".bulk", before, before.SubmitBatchAsync)],
                [Latency(Now + ".latency", now), Latency(Before + ".latency", before)],
            ],
            sizes.Rounds,
            Console.Error);
        await rounds.RunAsync(cancellationToken);
        return await RunOptions.FinishAsync(new("versions", _ratios, rounds, now.MemoryMegabytes), rounds, field, parsed, cancellationToken);

        async Task<PipelineSide> StartAsync(string name, Stage from)
        {
            string postgres = await History.CreateDatabaseAsync(from, name, cancellationToken);
            return await field.StartAsync(PipelineSide.StartAsync(from, works: true, postgres, "jobs", name + ".", cancellationToken));
        }

        Throughput Measure(string name, PipelineSide side, Func<int, CancellationToken, Task> submit) =>
            new(name, sizes.Jobs, sizes.WarmUp, side.Results, submit, stage.Time);

        Latency Latency(string name, PipelineSide side) =>
            new(name, sizes.OneByOne, side.Results, (jobs, stop) => side.OneByOneAsync(jobs, stage.Time, stop), stage.Time);
    }
}
