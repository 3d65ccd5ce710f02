using System.Text.Json.Nodes;

namespace Pipeline.Bench.Measuring;

public static class Percentile
{
    /// <param name="sorted">At least one, the least first.</param>
    public static double Of(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    /// <summary>p50 and p99, rounded to microseconds; null where nothing was measured.</summary>
    public static JsonObject? Describe(double[] sorted) => sorted is []
        ? null
        : new() { ["p50"] = Math.Round(Of(sorted, 0.5), 3), ["p99"] = Math.Round(Of(sorted, 0.99), 3) };
}
