using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Wire;
using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Commands;

/// <summary><c>submit "text"</c>: the emotion of one text; <c>submit --file F.jsonl</c>: of a whole file.</summary>
internal static class SubmitCommand
{
    private const int WaitSeconds = 60;

    public static Command Create(CliEnvironment environment)
    {
        var text = new Argument<string?>("text") { Description = "What to analyse.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file")
        {
            Description = "Instead of a text, a file of lines {\"text\":\"…\",\"key\":\"…\"} as one batch; results come as JSON lines.",
            HelpName = "F.jsonl",
        };
        var json = new Option<bool>("--json") { Description = "Print the job as the API returned it." };
        var server = new ServerOptions(environment);
        var command = new Command("submit", "Sends one text and shows its emotion, or a file of texts and prints its results.") { text, file, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) is null == (result.GetValue(file) is null))
            {
                result.AddError("submit takes either a text or --file F.jsonl.");
            }
        });
        server.AddTo(command, "Longest to wait for the answer.", WaitSeconds);
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var target = server.Server(parsed);
            using var client = target.Connect(environment.Time);
            if (parsed.GetValue(file) is { } path)
            {
                return await SubmitFile.RunAsync(environment, client, target, path, server.Wait(parsed), cancellationToken);
            }

            var run = new EmotionRun(client, target, environment.Time)
            {
                ChunkSize = 1,
                ChunksInFlight = 1,
                Patience = server.Wait(parsed),
            };
            var jobs = await run.RunAsync([parsed.GetValue(text)!], _ => { }, cancellationToken);
            return Show(environment, jobs[0], parsed.GetValue(json));
        });
        return command;
    }

    private static int Show(CliEnvironment environment, Job<EmotionResult> job, bool json)
    {
        if (json)
        {
            environment.Out.Line(job.Json.GetRawText());
        }
        else if (job.Result is { } answer)
        {
            EmotionView.Write(environment.Out, answer);
        }
        else
        {
            throw new CommandException($"Job {job.Id} {job.Failure()}.");
        }

        return job.State is JobState.Succeeded ? ExitCodes.Success : ExitCodes.Failure;
    }
}

/// <summary><c>submit --file F.jsonl</c>: a whole file as one batch; its results come as lines, in the order in which they finish.</summary>
internal static class SubmitFile
{
    public static async Task<int> RunAsync(
        CliEnvironment environment, PipelineClient client, Server server, string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var batch = await SubmitAsync(client, path, cancellationToken);
        environment.Error.Line($"Batch {batch.Id} has {Figures.Count(batch.Items, "text")}: {server.BatchUrl(batch.Id)}");
        using var progress = new ProgressMeter(environment, batch.Items);
        var run = new BatchRun(client, server, environment.Time) { Patience = patience };
        var failed = await run.FollowAsync(
            batch,
            result =>
            {
                environment.Out.Line(result.Json.GetRawText());
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

    private static async Task<Batch> SubmitAsync(PipelineClient client, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await client.Batches.SubmitFileAsync(path, AnalyzeEmotion.Kind, BatchOptions.Default, cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"{path} does not exist; give a file of lines {{\"text\":\"…\"}}.");
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandException($"{path} cannot be read: {exception.Message}");
        }
    }
}
