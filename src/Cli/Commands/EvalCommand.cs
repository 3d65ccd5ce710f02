using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Evaluation;
using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Commands;

/// <summary><c>eval emotion --file F.jsonl</c>: how good the answers are, against labels that people gave.</summary>
internal static class EvalCommand
{
    private const int WaitSeconds = 600;

    // Enough that the worker never waits for us, and far from filling a queue.
    private const int ChunksInFlight = 4;

    public static Command Create(CliEnvironment environment)
    {
        var file = new Option<string>("--file")
        {
            Description = $"Lines {GoldText.Example}.",
            HelpName = "F.jsonl",
            Required = true,
        };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output; the tables go to standard error." };
        var server = new ServerOptions(environment);
        var command = new Command("emotion", "Accuracy, macro-F1 and calibration of emotion analysis, per language.") { file, json };
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var texts = await JsonLines.ReadAsync(parsed.GetRequiredValue(file), InputJson.Default.GoldText, cancellationToken);
            var target = server.Server(parsed);
            using var client = target.Connect(environment.Time);
            var run = new EmotionRun(client, target, environment.Time)
            {
                ChunkSize = EmotionRun.ChunkMax,
                ChunksInFlight = ChunksInFlight,
                Patience = server.Wait(parsed),
                Bulk = true,
            };
            using var progress = new ProgressMeter(environment, texts.Count);
            var jobs = await run.RunAsync([.. texts.Select(text => text.Text!)], progress.Advance, cancellationToken);
            progress.Dispose();
            return Show(environment, texts, jobs, parsed.GetValue(json));
        });
        var verb = new Command("eval", "Measures answers against a labelled file.")
        {
            command,
            EvalSearchCommand.Create(environment, server),
            EvalAskCommand.Create(environment, server),
        };
        EvalGeneratedCommand.AddTo(verb, environment, server);

        // On the verb, so that they may stand before the kind as well: that is where ./run puts the address.
        server.AddTo(verb, "Give up when nothing has finished for this long.", WaitSeconds);
        return verb;
    }

    private static int Show(CliEnvironment environment, IReadOnlyList<GoldText> texts, Job<EmotionResult>[] jobs, bool json)
    {
        var predictions = texts.Zip(jobs)
            .Where(pair => pair.Second.Result is not null)
            .Select(pair => (pair.First.Lang, Prediction: Predicted(pair.First, pair.Second.Result!)))
            .ToArray();
        var languages = predictions
            .GroupBy(pair => pair.Lang!, pair => pair.Prediction)
            .Select(language => LanguageFigures.Of(language.Key, [.. language]))
            .ToArray();
        if (languages.Length > 0)
        {
            EvaluationView.Write(json ? environment.Error : environment.Out, languages);
        }

        var failed = jobs.Where(job => job.Result is null).ToArray();
        if (failed.Length > 0)
        {
            environment.Error.Line(
                $"{failed.Length} of {Figures.Count(jobs.Length, "text")} have no result and are not in the figures; "
                + $"the first is job {failed[0].Id}, {failed[0].Failure()}.");
        }

        if (json)
        {
            environment.Out.Line(EvaluationReport.Line(languages, [.. predictions.Select(pair => pair.Prediction)]));
        }

        return failed is [] ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static Prediction Predicted(GoldText text, EmotionResult answer) => new(text.GoldFor(answer.Emotion), answer.Emotion, answer.Confidence);
}
