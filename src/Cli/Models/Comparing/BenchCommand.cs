using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Inference.Measuring;

namespace Pipeline.Cli.Models.Comparing;

/// <summary><c>models bench MODEL</c>: how fast a model is on this machine, and what it takes.</summary>
internal static class BenchCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var name = new Argument<string>("model") { Description = ModelArgument.Description };
        SpeedOptions speed = new();
        var command = new Command("bench", "Measures how fast a model loads, reads and writes here, and the memory that it takes. The last line is JSON.") { name };
        speed.AddTo(command);
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var model = ModelArgument.Find(parsed.GetRequiredValue(name), folderOf(parsed), environment);
            Bench bench = new(environment, speed.Options(parsed, environment), speed.Plan(parsed));
            var (measured, figures) = await bench.MeasureAsync(model.Stem, model, cancellationToken);
            measured.Dispose();
            ComparisonTable.Write(environment.Out, [figures]);
            environment.Out.Line(figures.Line());
            return ExitCodes.Success;
        });
        return command;
    }
}

/// <summary>How long to measure, and with what.</summary>
internal sealed class SpeedOptions
{
    private readonly Option<int?> _threads = ModelArgument.Number("--threads", "CPU threads (Inference:Threads); default three quarters of the cores.", 1, 1_024);
    private readonly Option<int?> _prompt = ModelArgument.Number("--prompt-tokens", "Tokens of the prompt that is read; default 256, at most half of the model's context.", 16, 65_536);
    private readonly Option<int?> _answer = ModelArgument.Number("--tokens", "Tokens of each answer that is written; default 32.", 4, 4_096);
    private readonly Option<int?> _rounds = ModelArgument.Number("--rounds", "How often each is measured; the median counts. Default 3.", 1, 99);

    public void AddTo(Command command)
    {
        foreach (var option in new[] { _threads, _prompt, _answer, _rounds })
        {
            command.Add(option);
        }
    }

    public SpeedPlan Plan(ParseResult parsed)
    {
        SpeedPlan standard = new();
        return new()
        {
            PromptTokens = parsed.GetValue(_prompt) ?? standard.PromptTokens,
            AnswerTokens = parsed.GetValue(_answer) ?? standard.AnswerTokens,
            Rounds = parsed.GetValue(_rounds) ?? standard.Rounds,
        };
    }

    /// <summary>As a worker of this folder would read them.</summary>
    public Inference.InferenceOptions Options(ParseResult parsed, CliEnvironment environment)
    {
        var options = EngineSettings.Read(environment);
        options.Threads = parsed.GetValue(_threads) ?? options.Threads;
        return options;
    }
}
