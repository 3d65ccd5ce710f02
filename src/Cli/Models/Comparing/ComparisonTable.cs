using Pipeline.Cli.Display;
using Spectre.Console;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>A comparison for a terminal: a model a column, so that many figures do not make lines wrap.</summary>
internal static class ComparisonTable
{
    private const string None = "–";

    public static void Write(IAnsiConsole console, IReadOnlyList<ModelFigures> models)
    {
        var table = PlainTable.Create().AddText("");
        foreach (var model in models)
        {
            table.AddNumber(DisplayText.OneLine(model.Model));
        }

        var measures = Measure.Of(models);
        string[][] rows = [.. measures.Select(measure => models.Select(model => measure.Read(model) is { } value ? measure.Write(value) : None).Prepend(measure.Title).ToArray())];
        var hasMeanings = Width(models, rows) + measures.Max(measure => measure.Meaning.Length) <= console.Profile.Width;
        if (hasMeanings)
        {
            table.AddText("");
        }

        foreach (var (row, measure) in rows.Zip(measures))
        {
            table.AddRow([.. row.Select(cell => new Text(cell)), .. hasMeanings ? [new Text(measure.Meaning)] : Array.Empty<Text>()]);
        }

        console.Write(table);
        foreach (var model in models.Where(model => model.Quality?.KlProblem is not null))
        {
            console.Line($"{model.Model}: {model.Quality!.KlProblem}");
        }
    }

    private static int Width(IReadOnlyList<ModelFigures> models, string[][] rows) =>
        Enumerable.Range(0, models.Count + 1).Sum(column => PlainTable.Gap + rows.Select(row => row[column].Length).Append(column is 0 ? 0 : DisplayText.Width(models[column - 1].Model)).Max());
}
