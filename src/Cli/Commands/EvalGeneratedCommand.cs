using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Display;
using Pipeline.Cli.Evaluation;
using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Commands;

/// <summary><c>eval KIND --file F.jsonl</c> for all kinds but emotion: compare models and quantizations on your own jobs.</summary>
internal static class EvalGeneratedCommand
{
    /// <summary>Makes the verb take any other kind that the server knows.</summary>
    public static void AddTo(Command verb, CliEnvironment environment, ServerOptions server)
    {
        var name = new Argument<string>("KIND") { Description = "A kind of job that the server knows; all but emotion are measured by validity, keywords, similarity and speed." };
        var file = new Option<string>("--file") { Description = $"Lines {GoldJob.Example}; all fields but input are optional.", HelpName = "F.jsonl", Required = true };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output; the table goes to standard error." };
        verb.Add(name);
        verb.Add(file);
        verb.Add(json);
        verb.Do(environment, async (parsed, cancellationToken) =>
        {
            var rows = await JsonLines.ReadAsync(parsed.GetRequiredValue(file), InputJson.Default.GoldJob, cancellationToken);
            var target = server.Server(parsed);
            using var client = target.Connect(environment.Time);
            var kind = Find(await client.ListKindsAsync(cancellationToken), parsed.GetRequiredValue(name));
            var lines = new BatchResult?[rows.Count];
            using var progress = new ProgressMeter(environment, rows.Count);
            var batch = await client.Batches.SubmitAsync(Items(kind, rows), BatchOptions.Default, cancellationToken);
            var failed = await new BatchRun(client, target, environment.Time) { Patience = server.Wait(parsed) }.FollowAsync(
                batch,
                line =>
                {
                    lines[int.Parse(line.Key!, CultureInfo.InvariantCulture)] = line;
                    progress.Advance(1);
                },
                cancellationToken);
            progress.Dispose();
            return Show(environment, GeneratedFigures.Of(kind.Name, rows, [.. lines.Select(line => line?.Result is { } result ? kind.Read(result) : null)], failed), lines, parsed.GetValue(json));
        });
    }

    private static MeasuredKind Find(IReadOnlyList<KindDescription> kinds, string name) =>
        kinds.FirstOrDefault(kind => kind.Kind == name) is { Measure: { } measure } found
            ? new(found, measure)
            : throw new CommandException(
                $"The server has no kind \"{name}\" whose answers can be compared. It has {string.Join(", ", kinds.Where(kind => kind.Measure is not null).Select(kind => kind.Kind))}.");

    private static IAsyncEnumerable<BatchItem> Items(MeasuredKind kind, IReadOnlyList<GoldJob> rows) =>
        rows.Index().Select(row => BatchItem.Of(kind.Name, row.Item.Input!.Value, row.Index.ToString(CultureInfo.InvariantCulture))).ToAsyncEnumerable();

    private static int Show(CliEnvironment environment, GeneratedFigures figures, IReadOnlyList<BatchResult?> lines, bool json)
    {
        GeneratedView.Write(json ? environment.Error : environment.Out, figures);
        if (lines.FirstOrDefault(line => line?.Error is not null)?.Error is { } error)
        {
            environment.Error.Line($"{figures.Failed} of {Figures.Count(figures.N, "job")} did not succeed; the first: {error.Message} ({error.Code})");
        }

        if (json)
        {
            environment.Out.Line(figures.Line());
        }

        return figures.Failed is 0 && figures.Valid >= 1 ? ExitCodes.Success : ExitCodes.Failure;
    }
}
