using Pipeline.Cli.Display;
using Pipeline.Cli.Wire;

namespace Pipeline.Cli.Commands;

/// <summary><c>submit --file F.jsonl</c>: a whole file as one batch; its results come as lines, in the order in which they finish.</summary>
internal static class SubmitFile
{
    public static async Task<int> RunAsync(
        CliEnvironment environment, PipelineClient client, string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var batch = await client.SubmitFileAsync(path, "emotion", cancellationToken);
        environment.Error.Line($"Batch {batch.Id} has {Figures.Count(batch.Items, "text")}: {client.Server.BatchUrl(batch.Id)}");
        using var progress = new ProgressMeter(environment, batch.Items);
        var run = new BatchRun(client, environment.Time) { Patience = patience };
        var failed = await run.FollowAsync(
            batch,
            line =>
            {
                environment.Out.Line(line);
                progress.Advance(1);
            },
            cancellationToken);
        progress.Dispose();
        if (failed > 0)
        {
            environment.Error.Line($"{failed} of {Figures.Count(batch.Items, "text")} have no result; their lines say why.");
        }

        return failed is 0 ? ExitCodes.Success : ExitCodes.Failure;
    }
}
