using System.Globalization;
using Pipeline.Cli.Evaluation;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>Figures of an evaluation of answers that a model wrote.</summary>
internal static class GeneratedView
{
    public static void Write(IAnsiConsole console, GeneratedFigures figures)
    {
        console.Line($"{figures.Kind}: {Figures.Count(figures.N, "job")}, answered by {(figures.Models is [] ? "no model" : string.Join(", ", figures.Models))}");
        var table = PlainTable.Create().AddText("").AddNumber("").AddText("");
        Row(table, "valid", Figures.PercentFine(figures.Valid), "results that are what the contract says");
        Row(table, "keywords", Percent(figures.Keywords), "of the expected ones found");
        Row(table, "similarity", Number(figures.Similarity, "0.000"), "to the expected answers, bigrams, 0 to 1");
        Row(table, "score error", Number(figures.ScoreError, "0.00"), "mean distance from people's scores, of 10");
        Row(table, "p50", Number(figures.P50Ms, "0 ms"), "running time");
        Row(table, "p95", Number(figures.P95Ms, "0 ms"), "running time");
        Row(table, "tokens/s", Number(figures.TokensPerSecond, "0.0"), "of one job while all run");
        console.Write(table);
    }

    private static void Row(Table table, string name, string? value, string meaning)
    {
        if (value is not null)
        {
            table.AddRow(name, value, meaning);
        }
    }

    private static string? Percent(double? share) => share is { } value ? Figures.PercentFine(value) : null;

    private static string? Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);
}
