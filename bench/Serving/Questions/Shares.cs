namespace Pipeline.Bench.Serving.Questions;

internal static class Shares
{
    /// <summary>What this share of the values stays at or below.</summary>
    public static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
