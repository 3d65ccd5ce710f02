using Pipeline.Contracts;
using Spectre.Console;

namespace Pipeline.Cli.Display;

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
