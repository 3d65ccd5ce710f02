using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Commands;

/// <summary><c>samples</c>: a first look at what the pipeline does.</summary>
internal static class SamplesCommand
{
    private const string FileName = "emotion.jsonl";
    private const int WaitSeconds = 120;

    // Small ones, so that the progress line moves and the worker sees requests side by side.
    private const int ChunkSize = 8;
    private const int ChunksInFlight = 4;

    public static Command Create(CliEnvironment environment)
    {
        var directory = new Option<string>("--directory")
        {
            Description = $"Directory with {FileName}.",
            DefaultValueFactory = _ => "samples",
        };
        var server = new ServerOptions(environment);
        var command = new Command("samples", "Sends the sample texts and prints a table of their emotions.") { directory };
        server.AddTo(command, "Give up when nothing has finished for this long.", WaitSeconds);
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var path = Path.Combine(parsed.GetRequiredValue(directory), FileName);
            var samples = await JsonLines.ReadAsync(path, InputJson.Default.Sample, cancellationToken);
            var target = server.Server(parsed);
            using var client = target.Connect(environment.Time);
            var run = new EmotionRun(client, target, environment.Time)
            {
                ChunkSize = ChunkSize,
                ChunksInFlight = ChunksInFlight,
                Patience = server.Wait(parsed),
            };
            return await ShowAsync(environment, run, samples, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ShowAsync(
        CliEnvironment environment,
        EmotionRun run,
        IReadOnlyList<Sample> samples,
        CancellationToken cancellationToken)
    {
        Job<EmotionResult>[] jobs;
        TimeSpan elapsed;
        using (var progress = new ProgressMeter(environment, samples.Count))
        {
            jobs = await run.RunAsync([.. samples.Select(sample => sample.Text!)], progress.Advance, cancellationToken);
            elapsed = progress.Elapsed;
        }

        SampleTable.Write(environment.Out, [.. samples.Zip(jobs, (sample, job) => new AnsweredSample(sample, job.State, job.Result))]);
        environment.Out.Line("");
        environment.Out.Line(Summarize(samples, jobs, elapsed));
        var failed = jobs.Where(job => job.State is not JobState.Succeeded).ToArray();
        foreach (var job in failed)
        {
            environment.Error.Line($"Job {job.Id} {job.Failure()}.");
        }

        return failed is [] ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string Summarize(IReadOnlyList<Sample> samples, Job<EmotionResult>[] jobs, TimeSpan elapsed)
    {
        var answers = samples.Zip(jobs, (sample, job) => (sample.Expected, Answer: job.Result)).Where(pair => pair.Answer is not null).ToArray();
        var expected = answers.Where(pair => pair.Expected is not null).ToArray();
        var models = answers.Select(pair => pair.Answer!.Model).Distinct();
        return string.Join(" · ", (string[])
        [
            $"{answers.Length} of {Figures.Count(samples.Count, "text")} in {Figures.Seconds(elapsed)}",
            .. models,
            .. expected is [] ? Array.Empty<string>() : [$"{expected.Count(pair => pair.Expected == pair.Answer!.Emotion)} of {expected.Length} as expected (✓)"],
            "times in ms",
        ]);
    }
}
