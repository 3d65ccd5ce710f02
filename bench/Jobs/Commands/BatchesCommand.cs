using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>OpenAI's Files and Batches beside our own batch route; and what the API needs for a large file.</summary>
internal static class BatchesCommand
{
    private const string Files = "pipeline.files";
    private const string Own = "pipeline.batch";
    private const int LargeText = 4_000; // 50,000 lines of 4 KB are 200 MB.

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);
    private static readonly Ratio[] _ratios = [new("files_vs_batch", Files, Own)];

    public static Command Create() => RunOptions.Command("batches", "Measures Files and Batches beside the batch route, in turns.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, cancellationToken));
        using BatchRoutes routes = new(pipeline.Address, Stage.TextLength);
        Rounds rounds = new(
            [[Rate(Files, routes.FilesAsync), Rate(Own, routes.OwnAsync)]],
            sizes.Rounds,
            Console.Error);
        await rounds.RunAsync(cancellationToken);
        JsonObject memory = await LargeAsync(pipeline, sizes.Jobs, stage.Time, cancellationToken);
        return await RunOptions.FinishAsync(new("batches", _ratios, rounds, memory), rounds, field, parsed, cancellationToken);

        RouteRate Rate(string name, Func<int, CancellationToken, Task> run) => new(name, sizes.Jobs, sizes.WarmUp, pipeline.Results, run, stage.Time);
    }

    /// <summary>Megabytes of the API before, and the most while a large file passes.</summary>
    private static async Task<JsonObject> LargeAsync(PipelineSide pipeline, int jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        using BatchRoutes large = new(pipeline.Address, LargeText);
        await large.FilesAsync(jobs, cancellationToken); // What is compiled and pooled then stays.
        double before = Api(pipeline);
        double most = before;
        Task running = large.FilesAsync(jobs, cancellationToken);
        using PeriodicTimer timer = new(_look, time);
        while (!running.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
        {
            most = Math.Max(most, Api(pipeline));
        }

        await running;
        JsonObject memory = pipeline.MemoryMegabytes;
        memory["file"] = Math.Round((double)jobs * LargeText / 1_000_000);
        memory["api_before"] = before;
        memory["api_most"] = most;
        return memory;
    }

    private static double Api(PipelineSide pipeline) => Convert.ToDouble(pipeline.MemoryMegabytes["api"]!.GetValue<object>(), CultureInfo.InvariantCulture);
}
