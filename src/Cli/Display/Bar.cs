namespace Pipeline.Cli.Display;

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
