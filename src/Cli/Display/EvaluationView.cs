using Pipeline.Cli.Evaluation;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>Figures of an evaluation: the summary of all languages, then each language in detail.</summary>
internal static class EvaluationView
{
    private const int ConfusionsMax = 5;
    private const int ColumnLabelCells = 6; // "excitement" would make the matrix wider than 80 columns.

    public static void Write(IAnsiConsole console, IReadOnlyList<LanguageFigures> languages)
    {
        foreach (var language in languages)
        {
            WriteLabels(console, language);
            WriteMatrix(console, language.Matrix);
        }

        var summary = Columns("language", "n", "accuracy", "macro-F1", "ECE");
        foreach (var language in languages)
        {
            summary.AddRow(
                Markup.Escape(language.Language),
                Figures.Count(language.Count),
                Figures.PercentFine(language.Accuracy),
                Figures.Fraction(language.MacroF1),
                Figures.Fraction(language.CalibrationError));
        }

        console.Write(summary);
        console.Line("");
        console.Line("macro-F1: mean over the labels present in gold or prediction.");
        console.Line($"ECE: expected calibration error, {CalibrationError.Bins} equal-width bins over confidence.");
    }

    private static void WriteLabels(IAnsiConsole console, LanguageFigures language)
    {
        console.Write(new Text(
            $"{language.Language}: {Figures.Count(language.Count, "text")}\n",
            new Style(decoration: Decoration.Bold)));
        var table = Columns("label", "precision", "recall", "F1", "n");
        foreach (var label in language.Labels)
        {
            table.AddRow(
                label.Label,
                Figures.Fraction(label.Precision),
                Figures.Fraction(label.Recall),
                Figures.Fraction(label.F1),
                Figures.Count(label.Support));
        }

        console.Write(table);
        console.Line("");
    }

    private static void WriteMatrix(IAnsiConsole console, ConfusionMatrix matrix)
    {
        var table = Columns("gold ↓ predicted →", matrix.Labels.Select(label => DisplayText.Shorten(label, ColumnLabelCells)));
        foreach (var gold in matrix.Labels)
        {
            table.AddRow([gold, .. matrix.Labels.Select(predicted => Cell(matrix[gold, predicted], gold == predicted))]);
        }

        console.Write(table);
        console.Line("");
        foreach (var confusion in matrix.Confusions().Take(ConfusionsMax))
        {
            console.Line(
                $"  {confusion.Gold} taken for {confusion.Predicted}: {Figures.Count(confusion.Count, "time")}, "
                + $"{Figures.Percent(confusion.Share)} of all {confusion.Gold}");
        }

        console.Line("");
    }

    private static string Cell(int count, bool right) =>
        count is 0 ? "·" : right ? $"[bold]{Figures.Count(count)}[/]" : Figures.Count(count);

    /// <summary>The first column is text, the others are numbers.</summary>
    private static Table Columns(string first, params IEnumerable<string> numbers)
    {
        var table = PlainTable.Create().AddText(first);
        foreach (var title in numbers)
        {
            table.AddNumber(title);
        }

        return table;
    }
}
