using System.CommandLine;
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
        Stage other = stage with { Root = Path.GetFullPath(parsed.GetRequiredValue(_beside)) };
        PipelineSide now = await PipelinePair.StartAsync(field, stage, "now", "jobs", cancellationToken);
        PipelineSide before = await PipelinePair.StartAsync(field, other, "before", "jobs", cancellationToken);
        Rounds rounds = await PipelinePair.RunAsync(stage, sizes, (Now, now), (Before, before), cancellationToken);
        return await RunOptions.FinishAsync(new("versions", _ratios, rounds, now.MemoryMegabytes), rounds, field, parsed, cancellationToken);
    }
}
