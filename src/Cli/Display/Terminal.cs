using System.Globalization;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>Consoles that look right for a person and stay plain in a log.</summary>
internal static class Terminal
{
    /// <summary>Width of a log, in columns; COLUMNS overrides it.</summary>
    public const int LogWidth = 100;

    /// <summary>Tables stop growing here: wider ones are harder to read.</summary>
    public const int WidthMax = 120;

    /// <summary>Narrower ones would wrap every row.</summary>
    public const int WidthMin = 60;

    public static IAnsiConsole Open(TextWriter writer, bool redirected, Func<string, string?> environment)
    {
        var plain = redirected || environment("TERM") is "dumb" || !string.IsNullOrEmpty(environment("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
            // They turn ANSI on in known CI systems, whose logs are files all the same.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });

        console.Profile.Capabilities.Unicode = true;
        console.Profile.Width = Width(redirected, console.Profile.Width, environment("COLUMNS"));
        return console;
    }

    /// <summary>Writes a line as it is: no markup, no wrapping.</summary>
    public static void Line(this IAnsiConsole console, string text)
    {
        console.Profile.Out.Writer.WriteLine(text);
        console.Profile.Out.Writer.Flush();
    }

    private static int Width(bool redirected, int detected, string? columns)
    {
        var width = int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set
            : redirected ? LogWidth
            : detected;
        return Math.Clamp(width, WidthMin, WidthMax);
    }
}
