using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Engine.Reports;

/// <summary>How many times as fast one measure is as another.</summary>
/// <param name="Key">Its name in the last line.</param>
/// <param name="Over">Measures above the line; the one with the best median counts.</param>
/// <param name="Under">Measures below the line; the one with the best median counts.</param>
/// <param name="Scale">Makes units alike.</param>
internal sealed record Ratio(string Key, string[] Over, string[] Under, double Scale = 1)
{
    /// <summary>All that bench/README.md explains. One whose measures a run lacks is left out.</summary>
    public static IReadOnlyList<Ratio> All { get; } =
    [
        .. Sizes.Sequences.Select(n => new Ratio($"decode{n}_vs_node", [$"engine.decode{n}"], [$"node.decode{n}"])),
        new("decode8_vs_bare", ["engine.decode8"], ["bare.decode8"]),
        new("decode16_vs_bare", ["engine.decode16"], ["bare.decode16"]),
        new("prefill_vs_node", ["engine.prefill"], ["node.prefill"]),
        new("score_vs_json", ["engine.score"], [.. Sizes.AnswersAtATime.Select(n => $"engine.json{n}")]),
        new("score_vs_node_json", ["engine.score"], ["node.json"]),
        new("score_vs_prefill", ["engine.score"], [.. Sizes.Prefills.Select(n => $"bare.prefill{n}")], Workload.TextTokens),
        new("constrained_vs_free", ["engine.constrained8"], ["engine.decode8"]),
    ];

    /// <summary>Median of the ratios of each round; null when a side was not measured.</summary>
    public double? Compute(IReadOnlyDictionary<string, List<Sample>> samples) =>
        BestOf(Over, samples) is { } over && BestOf(Under, samples) is { } under
            ? Scale * Median.Of(over.Zip(under, (a, b) => a.PerSecond / b.PerSecond))
            : null;

    private static List<Sample>? BestOf(string[] names, IReadOnlyDictionary<string, List<Sample>> samples) => names
        .Select(name => samples.GetValueOrDefault(name))
        .OfType<List<Sample>>()
        .MaxBy(rounds => Median.Of(rounds.Select(sample => sample.PerSecond)));
}
