using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Bench.Embeddings;

/// <summary>Milliseconds of single requests.</summary>
internal sealed record Latencies(IReadOnlyList<double> Sorted)
{
    public double P50 => Sorted[Sorted.Count / 2];

    public double P99 => Sorted[(int)(Sorted.Count * 0.99)];

    public static async Task<Latencies> OfAsync(int count, TimeProvider time, Func<Task> request)
    {
        List<double> milliseconds = [];
        for (int i = 0; i < count; i++)
        {
            long start = time.GetTimestamp();
            await request();
            milliseconds.Add(time.GetElapsedTime(start).TotalMilliseconds);
        }

        return new([.. milliseconds.Order()]);
    }

    public JsonObject ToJson() => new() { ["p50"] = Math.Round(P50, 3), ["p99"] = Math.Round(P99, 3) };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p50 {P50:F2} ms, p99 {P99:F2} ms, {Sorted.Count} times");
}
