using Pipeline.Contracts;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>One answer with its whole distribution.</summary>
internal static class EmotionView
{
    private const int BarCells = 40;

    public static void Write(IAnsiConsole console, EmotionResult answer)
    {
        console.Write(new Text(answer.Emotion, EmotionColors.StyleOf(answer.Emotion).Decoration(Decoration.Bold)));
        console.Line($"  {Figures.PercentFine(answer.Confidence)}");
        console.Line("");
        var labelCells = answer.Scores.Keys.Max(label => label.Length);
        foreach (var (label, share) in answer.Scores.OrderByDescending(score => score.Value))
        {
            console.Write(new Text($"  {label.PadRight(labelCells)}  {Figures.PercentFine(share),7}  "));
            console.Write(new Text(Bar.Of(share, BarCells).TrimEnd(), EmotionColors.StyleOf(label)));
            console.Line("");
        }

        console.Line("");
        console.Line(
            $"  {answer.Language} · {answer.Model}{(answer.FallbackAttempted ? $" (fallback: {answer.FallbackProvider ?? "attempted"})" : "")}"
            + $" · {answer.Usage.TotalTokens} tokens, {answer.Usage.CachedTokens} of them shared"
            + $" · queued {Figures.Milliseconds(answer.Timings.QueuedMs)} ms, ran {Figures.Milliseconds(answer.Timings.RunningMs)} ms");
    }
}

/// <summary>A colour for each emotion, from the 16 that every terminal theme defines.</summary>
internal static class EmotionColors
{
    public static Style StyleOf(string emotion) => emotion switch
    {
        Emotions.Joy => new(Color.Yellow),
        Emotions.Excitement => new(Color.Fuchsia),
        Emotions.Sadness => new(Color.Blue),
        Emotions.Anger => new(Color.Red),
        Emotions.Fear => new(Color.Purple),
        Emotions.Surprise => new(Color.Aqua),
        _ => Style.Plain,
    };
}
