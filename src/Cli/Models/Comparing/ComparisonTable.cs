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

        table.AddText("");
        foreach (var measure in Measure.Of(models))
        {
            table.AddRow([new Text(measure.Title), .. models.Select(model => new Text(measure.Read(model) is { } value ? measure.Write(value) : None)), new Text(measure.Meaning)]);
        }

        console.Write(table);
        foreach (var model in models.Where(model => model.Quality?.KlProblem is not null))
        {
            console.Line($"{model.Model}: {model.Quality!.KlProblem}");
        }
    }
}
