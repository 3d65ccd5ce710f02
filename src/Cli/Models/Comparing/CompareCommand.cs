using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Input;

namespace Pipeline.Cli.Models.Comparing;

/// <summary><c>models compare A B … --kind KIND --file F.jsonl</c>: what a smaller file costs, in one table.</summary>
internal static class CompareCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var names = new Argument<string[]>("models") { Description = $"{ModelArgument.Description} The others are compared with the first.", Arity = ArgumentArity.OneOrMore };
        var kind = new Option<string?>("--kind") { Description = "Kind of job whose answers are compared: emotion, chat, feedback or interview." };
        var file = new Option<string?>("--file") { Description = $"Its jobs: lines {GoldText.Example} of emotion, {GoldJob.Example} of others.", HelpName = "F.jsonl" };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output; the table goes to standard error." };
        var html = new Option<string?>("--html") { Description = "Writes a page with charts, in one file.", HelpName = "F.html" };
        var positions = ModelArgument.Number("--positions", $"At most so many tokens are compared for the divergence; default {ModelContest.PositionsMaxDefault}.", 1, 10_000_000);
        SpeedOptions speed = new();
        var command = new Command("compare", "Compares models: size, memory, speed, and with --kind and --file the answers. The last line is JSON.") { names, kind, file, json, html, positions };
        speed.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(kind) is null != result.GetValue(file) is null)
            {
                result.AddError("Give --kind and --file together: the jobs of a file are of one kind.");
            }
        });
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            StoredModel[] models = [.. parsed.GetRequiredValue(names).Select(name => ModelArgument.Find(name, folderOf(parsed), environment))];
            var jobs = parsed.GetValue(file) is { } path ? await JobFile.ReadAsync(parsed.GetValue(kind)!, path, cancellationToken) : null;
            ModelContest contest = new(environment, new(environment, speed.Options(parsed, environment), speed.Plan(parsed)), jobs)
            {
                PositionsMax = parsed.GetValue(positions) ?? ModelContest.PositionsMaxDefault,
            };
            var comparison = await contest.RunAsync(models, cancellationToken);
            ComparisonTable.Write(parsed.GetValue(json) ? environment.Error : environment.Out, comparison.Models);
            if (parsed.GetValue(html) is { } page)
            {
                await WriteAsync(page, ComparisonPage.Write(comparison, environment.Time.GetUtcNow()), cancellationToken);
                environment.Error.Line($"The page is {Path.GetFullPath(page)}.");
            }

            environment.Out.Line(comparison.Line());
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task WriteAsync(string path, string page, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllTextAsync(path, page, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be written: {exception.Message}");
        }
    }
}
