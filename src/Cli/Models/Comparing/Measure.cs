using System.Globalization;
using Pipeline.Cli.Display;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>One figure of a model: what it is called, how it is written, and which direction is better.</summary>
/// <param name="Title">Short, for a column.</param>
/// <param name="Meaning">For readers of the page.</param>
internal sealed record Measure(string Title, string Meaning, Func<ModelFigures, double?> Read, Func<double, string> Write, bool IsBetterHigher)
{
    /// <summary>Those that one of the models has.</summary>
    public static IReadOnlyList<Measure> Of(IReadOnlyList<ModelFigures> models) => [.. All.Where(measure => models.Any(model => measure.Read(model) is not null))];

    /// <summary>Whether the first model is best by definition.</summary>
    public bool IsRelative { get; init; }

    /// <summary>The best value; null where all that have one have the same.</summary>
    public double? Best(IReadOnlyList<ModelFigures> models)
    {
        double[] values = [.. models.Select(Read).OfType<double>()];
        return IsRelative || values.Distinct().Count() < 2 ? null : IsBetterHigher ? values.Max() : values.Min();
    }

    private static readonly Measure[] All =
    [
        new("size", "bytes of the file", model => model.FileBytes, value => Quantities.Bytes((long)value), IsBetterHigher: false),
        new("memory", "main memory that the loaded model took", model => model.MemoryBytes, value => Quantities.Bytes((long)value), IsBetterHigher: false),
        new("GPU", "GPU memory that it took", model => model.GpuMemoryBytes, value => Quantities.Bytes((long)value), IsBetterHigher: false),
        new("load", "until the first token was computed", model => model.LoadSeconds, value => $"{Number(value, "0.0#")} s", IsBetterHigher: false),
        new("prefill/s", "tokens of a prompt read in a second", model => model.PrefillTokensPerSecond, Speed, IsBetterHigher: true),
        new("decode/s", "tokens of one answer written in a second", model => model.Decode[0].TokensPerSecond, Speed, IsBetterHigher: true),
        new("8 at once/s", "tokens of eight answers at a time written in a second", model => model.Decode[^1].TokensPerSecond, Speed, IsBetterHigher: true),
        new("accuracy", "share of the right labels", model => model.Quality?.Accuracy, Figures.PercentFine, IsBetterHigher: true),
        new("macro-F1", "mean over the labels present in gold or prediction", model => model.Quality?.MacroF1, Figures.Fraction, IsBetterHigher: true),
        new("ECE", "expected calibration error, 15 bins", model => model.Quality?.Ece, Figures.Fraction, IsBetterHigher: false),
        new("valid", "results that are what the contract says", model => model.Quality?.Valid, Figures.PercentFine, IsBetterHigher: true),
        new("keywords", "share of the expected keywords found", model => model.Quality?.Keywords, Figures.PercentFine, IsBetterHigher: true),
        new("similar", "to the expected answers, bigrams, 0 to 1", model => model.Quality?.Similarity, Figures.Fraction, IsBetterHigher: true),
        new("score err", "mean distance from people's scores, of 10", model => model.Quality?.ScoreError, value => Number(value, "0.00"), IsBetterHigher: false),
        new("agreement", "answers that are the first model's", model => model.Quality?.Agreement, Figures.PercentFine, IsBetterHigher: true) { IsRelative = true },
        new("KL", "mean divergence of the next token from the first model, nats", model => model.Quality?.KlDivergence, value => Number(value, value is 0 or >= 0.001 ? "0.0000" : "0.0e0"), IsBetterHigher: false),
        new("same best", "positions with the same most probable token as the first model's", model => model.Quality?.SameBest, Figures.PercentFine, IsBetterHigher: true),
    ];

    private static string Speed(double value) => Number(value, value >= 100 ? "#,0" : "0.0");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
