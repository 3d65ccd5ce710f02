using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Contracts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Cli.Display;

/// <summary>Samples and their emotions, one a line, whatever the width.</summary>
internal static class SampleTable
{
    private const int BarCells = 6;
    private const int TextCellsMin = 12;

    // Widest content of the other columns: "✓ excitement", "lang", "100 % ██████", "excitement 49 %", "queued", "  ran".
    private const int OtherCells = 12 + 4 + 6 + BarCells + 15 + 6 + 6 + (7 * PlainTable.Gap);

    public static void Write(IAnsiConsole console, IReadOnlyList<(Sample Sample, JobReply Job)> rows)
    {
        var cells = Math.Max(TextCellsMin, console.Profile.Width - OtherCells);
        var table = PlainTable.Create()
            .AddText("text").AddText("lang").AddText("emotion").AddText("confidence").AddText("runner-up")
            .AddNumber("queued").AddNumber("ran ms");
        foreach (var (sample, job) in rows)
        {
            table.AddRow(Row(sample, job, DisplayText.Shorten(sample.Text!, cells)));
        }

        console.Write(table);
    }

    private static IRenderable[] Row(Sample sample, JobReply job, string text)
    {
        if (job.Answer is not { } answer)
        {
            return
            [
                new Text(text),
                new Text(sample.Lang ?? ""),
                new Text("✗ " + job.State, new Style(Color.Red)),
                .. Enumerable.Repeat(Text.Empty, 4),
            ];
        }

        var runnerUp = answer.Scores.Where(score => score.Key != answer.Emotion).OrderByDescending(score => score.Value).FirstOrDefault();
        return
        [
            new Text(text),
            new Text(answer.Language),
            new Text(Mark(sample, answer) + answer.Emotion, EmotionColors.StyleOf(answer.Emotion)),
            new Text($"{Figures.Percent(answer.Confidence),5} {Bar.Of(answer.Confidence, BarCells)}"),
            new Text(runnerUp.Key is null ? "" : $"{runnerUp.Key} {Figures.Percent(runnerUp.Value)}", new Style(decoration: Decoration.Dim)),
            new Text(Figures.Milliseconds(answer.Timings.QueuedMs)),
            new Text(Figures.Milliseconds(answer.Timings.RunningMs)),
        ];
    }

    private static string Mark(Sample sample, EmotionResult answer) =>
        sample.Expected is null ? "  " : sample.Expected == answer.Emotion ? "✓ " : "· ";
}
