using System.CommandLine;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Whether a large backlog of many clients is worked off as fast as a small one of one client.</summary>
internal static class BacklogCommand
{
    private const string Large = "pipeline.large";
    private const string Small = "pipeline.small";

    private static readonly Ratio[] _ratios = [new("large_vs_small", Large, Small)];

    private static readonly Option<int> _backlog = RunOptions.Number("--backlog", "Jobs of the large backlog", 1_000_000, 100_000_000);
    private static readonly Option<int> _clients = RunOptions.Number("--clients", "Clients that sent them", 100, 10_000);

    public static Command Create() => RunOptions.Command("backlog", "Measures a pipeline behind a large backlog beside a small one, in turns.", RunAsync, _backlog, _clients);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        string postgres = stage.Servers.Postgres;
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, cancellationToken));
        BacklogDrain large = new(Large, pipeline, postgres, parsed.GetValue(_backlog), parsed.GetValue(_clients), sizes.Jobs, stage.Time);
        BacklogDrain small = new(Small, pipeline, postgres, 3 * sizes.Jobs, clients: 1, sizes.Jobs, stage.Time);
        await small.MeasureAsync(cancellationToken); // To warm up: the large one takes the same way.
        Rounds rounds = new([[small, large]], sizes.Rounds, Console.Error);
        await rounds.RunAsync(cancellationToken);
        return await RunOptions.FinishAsync(new("backlog", _ratios, rounds, pipeline.MemoryMegabytes), rounds, field, parsed, cancellationToken);
    }
}
