using Pipeline.Cli.Input;
using Pipeline.Contracts;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>Samples and their emotions, one a line, whatever the width. Times are in milliseconds.</summary>
internal static class SampleTable
{
    private const int BarCells = 6;
    private const int BarCellsNarrow = 4;
    private const int NarrowBelow = 100;
    private const int TextCellsMin = 12;

    private static readonly string[] TextTitles = ["lang", "emotion", "confidence", "runner-up"];
    private static readonly string[] NumberTitles = ["queued", "ran"];

    public static void Write(IAnsiConsole console, IReadOnlyList<AnsweredSample> samples)
    {
        string[] titles = [.. TextTitles, .. NumberTitles];
        var bar = console.Profile.Width < NarrowBelow ? BarCellsNarrow : BarCells;
        var rows = samples.Select(sample => Row(sample, bar)).ToArray();
        // The text gets the cells that the widest values of the other columns leave.
        var others = titles.Select((title, column) =>
            rows.Select(row => DisplayText.Width(row[column].Text)).Append(title.Length).Max());
        var cells = Math.Max(TextCellsMin, console.Profile.Width - others.Sum(width => PlainTable.Gap + width));

        var table = PlainTable.Create().AddText("text");
        Array.ForEach(TextTitles, title => table.AddText(title));
        Array.ForEach(NumberTitles, title => table.AddNumber(title));
        table.Columns[^1].Padding = new Padding(0); // A gap at the end of the line would be taken from the text.
        foreach (var (row, (sample, _, _)) in rows.Zip(samples))
        {
            table.AddRow([new Text(DisplayText.Shorten(sample.Text!, cells)), .. row.Select(cell => new Text(cell.Text, cell.Style))]);
        }

        console.Write(table);
    }

    private static Cell[] Row(AnsweredSample answered, int bar)
    {
        var (sample, state, answer) = answered;
        if (answer is null)
        {
            return [new(DisplayText.OneLine(sample.Lang ?? "")), new("✗ " + state, new Style(Color.Red)), new(""), new(""), new(""), new("")];
        }

        var runnerUp = answer.Scores.Where(score => score.Key != answer.Emotion).OrderByDescending(score => score.Value).FirstOrDefault();
        return
        [
            new(answer.Language),
            new(Mark(sample, answer) + answer.Emotion, EmotionColors.StyleOf(answer.Emotion)),
            new($"{Figures.Percent(answer.Confidence),5} {Bar.Of(answer.Confidence, bar)}"),
            new(runnerUp.Key is null ? "" : $"{runnerUp.Key} {Figures.Percent(runnerUp.Value)}", new Style(decoration: Decoration.Dim)),
            new(Figures.Milliseconds(answer.Timings.QueuedMs)),
            new(Figures.Milliseconds(answer.Timings.RunningMs)),
        ];
    }

    private static string Mark(Sample sample, EmotionResult answer) =>
        sample.Expected is null ? "  " : sample.Expected == answer.Emotion ? "✓ " : "· ";

    private readonly record struct Cell(string Text, Style? Style = null);
}

/// <param name="State">Of its job.</param>
/// <param name="Answer">Null unless the job succeeded.</param>
internal sealed record AnsweredSample(Sample Sample, string State, EmotionResult? Answer);
