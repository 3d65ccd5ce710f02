using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Reports;

/// <summary>How many times as good we are as a peer.</summary>
/// <param name="Key">Its name in the last line; bench/README.md explains it.</param>
/// <param name="Over">The measure above the line: ours, or of a latency the peer's.</param>
/// <param name="Under">The measure below the line.</param>
internal sealed record Ratio(string Key, string Over, string Under)
{
    /// <summary>Median of the ratios of each round; null when a side was left out.</summary>
    public double? Compute(IReadOnlyDictionary<string, List<Sample>> samples) =>
        samples.TryGetValue(Over, out List<Sample>? over) && samples.TryGetValue(Under, out List<Sample>? under)
            ? Median.Of(over.Zip(under, (a, b) => a.Value / b.Value))
            : null;
}
