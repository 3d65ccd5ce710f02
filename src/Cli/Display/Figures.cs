using System.Globalization;

namespace Pipeline.Cli.Display;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");

    public static string PercentFine(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    public static string Fraction(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Count(int count, string singular) => $"{Count(count)} {singular}{(count is 1 ? "" : "s")}";

    public static string Milliseconds(double milliseconds) =>
        milliseconds.ToString(milliseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    /// <summary>1:05, or 1:02:05 from an hour on.</summary>
    public static string Clock(TimeSpan time) =>
        time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}

/// <summary>A share of 1 as a bar, in eighths of a cell.</summary>
internal static class Bar
{
    private const string Eighths = "▏▎▍▌▋▊▉";

    /// <summary>The bar, filled with spaces to <paramref name="cells"/>.</summary>
    public static string Of(double share, int cells)
    {
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * cells * 8);
        string bar = new('█', eighths / 8);
        if (eighths % 8 is > 0 and int rest)
        {
            bar += Eighths[rest - 1];
        }

        return bar.PadRight(cells);
    }
}
