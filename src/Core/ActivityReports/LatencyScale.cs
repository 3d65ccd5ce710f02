namespace Pipeline.Core.ActivityReports;

/// <summary>
/// Latencies are counted on a geometric scale, eight steps a doubling: counts of parts add up to those of the whole, which
/// percentiles do not. What is read off it is at most 4.5 % from the true value. <see cref="FiguresSql"/> counts by the same scale.
/// </summary>
public static class LatencyScale
{
    public const int StepsPerDoubling = 8;

    /// <summary>The step of a latency; 0 holds everything up to 1 ms.</summary>
    public static int Step(double milliseconds) => (int)Math.Ceiling(Math.Log2(Math.Max(1, milliseconds)) * StepsPerDoubling);

    /// <summary>The middle of a step, in ms.</summary>
    public static double Milliseconds(int step) => step is 0 ? 1 : Math.Pow(2, (step - 0.5) / StepsPerDoubling);

    /// <summary>The latency that so large a share stayed within, in ms with three digits; null where nothing was counted.</summary>
    /// <param name="share">0 to 1.</param>
    public static double? Percentile(IReadOnlyDictionary<int, long> counts, double share)
    {
        var left = (long)Math.Ceiling(counts.Values.Sum() * share);
        foreach (var (step, count) in counts.OrderBy(entry => entry.Key))
        {
            left -= count;
            if (left <= 0)
            {
                return Rounded(Milliseconds(step));
            }
        }

        return null;
    }

    // More digits would claim what the scale does not know.
    private static double Rounded(double value) => value < 100 ? Math.Round(value, 1) : Math.Round(value);
}
