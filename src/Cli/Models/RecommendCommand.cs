using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Display;
using Pipeline.Inference;
using Pipeline.Inference.Catalogue;

namespace Pipeline.Cli.Models;

/// <summary><c>models recommend</c>: what this machine can run, how fast, and the settings to copy.</summary>
internal static class RecommendCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var context = ModelArgument.Number("--context", "Tokens of context, of all requests together (Inference:ContextTokens).", 256, 4_194_304);
        var threads = ModelArgument.Number("--threads", "CPU threads (Inference:Threads); default three quarters of the cores, as the engine takes.", 1, 1_024);
        var json = new Option<bool>("--json") { Description = "One line of JSON." };
        var command = new Command("recommend", "Measures this machine for about a second, and says which models it can run and how fast.") { context, threads, json };
        command.Do(environment, (parsed, _) =>
        {
            var settings = environment.Settings().GetSection(InferenceOptions.Section);
            var contextTokens = parsed.GetValue(context) ?? Setting(settings[nameof(InferenceOptions.ContextTokens)]) ?? new InferenceOptions().ContextTokens;
            environment.Error.Line("Measuring the memory's bandwidth for about a second.");
            var machine = MachineProfile.Measure(parsed.GetValue(threads) ?? Setting(settings[nameof(InferenceOptions.Threads)]));
            var report = new Recommendation(machine, contextTokens, Recommender.All(machine, contextTokens), folderOf(parsed));
            if (parsed.GetValue(json))
            {
                environment.Out.Line(JsonSerializer.Serialize(RecommendationRecord.Of(report), RecommendationJson.Default.RecommendationRecord));
            }
            else
            {
                RecommendationView.Write(environment.Out, report, parsed.GetValue(threads));
            }

            return Task.FromResult(Recommender.Choose(report.Models) is null ? ExitCodes.Failure : ExitCodes.Success);
        });
        return command;
    }

    private static int? Setting(string? text) => int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;
}

/// <summary>What was found.</summary>
internal sealed record Recommendation(MachineProfile Machine, int ContextTokens, IReadOnlyList<ModelFits> Models, ModelFolder Folder);
