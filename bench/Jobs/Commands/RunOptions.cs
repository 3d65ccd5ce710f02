using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Options of all commands, and how comparing ones end.</summary>
internal static class RunOptions
{
    private const int JobsMax = 50_000; // As many as the API takes in one batch.
    private static readonly Option<string> _root = new("--root") { Description = "The checkout, built", Required = true };
    private static readonly Option<string> _scratch = new("--scratch") { Description = "Directory for logs and data", Required = true };
    private static readonly Option<string> _python = new("--python") { Description = "Interpreter of the Python peer", DefaultValueFactory = _ => "python3" };
    private static readonly Option<int> _jobs = Number("--jobs", "Jobs of one measurement", 20_000, JobsMax);
    private static readonly Option<int> _rounds = Number("--rounds", "Measurements of each figure", 3, 100);
    public static readonly Option<bool> Quick = new("--quick") { Description = "One short round: shows that it works, not how fast" };
    private static readonly Option<string?> _record = new("--record") { Description = "Directory for a file with every sample" };
    private static readonly Option<string> _commit = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };

    public static Command Command(
        string name, string description, Func<Stage, Sizes, ParseResult, CancellationToken, Task<int>> run, params IReadOnlyList<Option> more)
    {
        Command command = new(name, description) { _root, _scratch, _python, _jobs, _rounds, Quick, _record, _commit };
        foreach (Option option in more)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            Stage stage = new(
                Path.GetFullPath(parsed.GetRequiredValue(_root)), Path.GetFullPath(parsed.GetRequiredValue(_scratch)), parsed.GetRequiredValue(_python), new Servers(), TimeProvider.System);
            Sizes sizes = parsed.GetValue(Quick) ? Sizes.Quick : Sizes.Full(parsed.GetValue(_rounds), parsed.GetValue(_jobs));
            return run(stage, sizes, parsed, cancellationToken);
        });
        return command;
    }

    /// <returns>The exit code: 1 when a figure of our own is missing.</returns>
    public static async Task<int> FinishAsync(Report report, Rounds rounds, Field field, ParseResult parsed, CancellationToken cancellationToken)
    {
        report.WriteTable(Console.Error);
        await RecordAsync(report.ToRecord, field, parsed, cancellationToken);
        Console.Out.WriteLine(report.ToJson().ToJsonString());
        return rounds.IsComplete(PipelineSide.Name) ? 0 : 1;
    }

    /// <summary>Writes the record, if somebody asked for it.</summary>
    /// <param name="record">Of the surroundings.</param>
    public static async Task RecordAsync(Func<JsonObject, JsonObject> record, Field field, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_record) is { } directory)
        {
            JsonObject surroundings = Machine.Describe(parsed.GetRequiredValue(_commit), TimeProvider.System);
            surroundings["sides"] = new JsonArray([.. field.Versions.Select(version => JsonValue.Create(version))]);
            await RecordFile.WriteAsync(directory, record(surroundings), TimeProvider.System, cancellationToken);
        }
    }

    public static Option<int> Number(string name, string description, int value, int most)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            int given = result.GetValueOrDefault<int>();
            if (given < 1 || given > most)
            {
                result.AddError($"{name} is {given}; give a number from 1 to {most}.");
            }
        });
        return option;
    }
}
