using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Wire;
using Pipeline.Contracts;

namespace Pipeline.Cli.Commands;

/// <summary><c>submit "text"</c>: the emotion of one text; <c>submit --file F.jsonl</c>: of a whole file.</summary>
internal static class SubmitCommand
{
    private const int WaitSeconds = 60;

    public static Command Create(Surroundings surroundings)
    {
        var text = new Argument<string?>("text") { Description = "What to analyse.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file")
        {
            Description = "Instead of a text: lines {\"text\":\"…\",\"key\":\"…\"} as one batch; results come as JSON lines.",
            HelpName = "F.jsonl",
        };
        var json = new Option<bool>("--json") { Description = "Print the job as the API gave it." };
        var server = new ServerOptions(surroundings);
        var command = new Command("submit", "Sends one text and shows its emotion, or a file of texts and prints its results.") { text, file, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) is null == (result.GetValue(file) is null))
            {
                result.AddError("submit takes either a text or --file F.jsonl.");
            }
        });
        server.AddTo(command, "Longest to wait for the answer.", WaitSeconds);
        command.Do(surroundings, async (parsed, cancellationToken) =>
        {
            var target = server.Server(parsed);
            using var http = target.Connect();
            var client = new PipelineClient(http, target, surroundings.Time);
            if (parsed.GetValue(file) is { } path)
            {
                return await SubmitFile.RunAsync(surroundings, client, path, server.Wait(parsed), cancellationToken);
            }

            var run = new EmotionRun(client, surroundings.Time)
            {
                ChunkSize = 1,
                ChunksInFlight = 1,
                Patience = server.Wait(parsed),
            };
            var jobs = await run.RunAsync([parsed.GetValue(text)!], _ => { }, cancellationToken);
            return Show(surroundings, jobs[0], parsed.GetValue(json));
        });
        return command;
    }

    private static int Show(Surroundings surroundings, JobDocument document, bool json)
    {
        if (json)
        {
            surroundings.Out.Line(document.Json);
        }
        else if (document.Job.Answer is { } answer)
        {
            EmotionView.Write(surroundings.Out, answer);
        }
        else
        {
            throw new CommandException($"Job {document.Job.Id} {document.Job.Failure}.");
        }

        return document.Job.State is JobState.Succeeded ? ExitCodes.Success : ExitCodes.Failure;
    }
}
