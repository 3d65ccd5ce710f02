using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Cli.Input;

namespace Pipeline.Cli.Evaluation;

/// <summary>How good, and how fast, the answers of one kind were. The line of <c>eval --json</c>; fields are only ever added.</summary>
internal sealed record GeneratedFigures
{
    public required string Kind { get; init; }

    /// <summary>The models that answered.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Rows of the file.</summary>
    public required int N { get; init; }

    /// <summary>Jobs that did not succeed.</summary>
    public required int Failed { get; init; }

    /// <summary>Share of the rows whose result is what the contract says; failures are not.</summary>
    public required double Valid { get; init; }

    /// <summary>Share of the keywords found in the answers; null where the file has none.</summary>
    public double? Keywords { get; init; }

    /// <summary>Mean of <see cref="Evaluation.Similarity"/> to the expected answers; null where the file has none.</summary>
    public double? Similarity { get; init; }

    /// <summary>Mean distance of the scores from those that people gave, out of 10; null where the file has none.</summary>
    public double? ScoreError { get; init; }

    /// <summary>Running time of half of the jobs, in milliseconds, is at most this.</summary>
    public double? P50Ms { get; init; }

    /// <summary>The same for 95 of 100.</summary>
    public double? P95Ms { get; init; }

    /// <summary>Tokens that a job wrote, or read to embed them, in a second of its running time, over all jobs. Jobs share the model, so all of them together wrote more.</summary>
    public double? TokensPerSecond { get; init; }

    /// <param name="answers">One a row; null where there is none, or none that is valid.</param>
    public static GeneratedFigures Of(string kind, IReadOnlyList<GoldJob> rows, IReadOnlyList<WrittenAnswer?> answers, int failed)
    {
        var pairs = rows.Zip(answers).ToArray();
        var valid = answers.OfType<WrittenAnswer>().ToArray();
        var took = valid.Select(answer => answer.Took.TotalMilliseconds).Order().ToArray();
        return new()
        {
            Kind = kind,
            Models = [.. valid.Select(answer => answer.Model).Distinct().Order(StringComparer.Ordinal)],
            N = rows.Count,
            Failed = failed,
            Valid = (double)valid.Length / rows.Count,
            // A row without an answer has found nothing: otherwise a model that often fails would look better than it is.
            Keywords = Mean(pairs.SelectMany(pair => (pair.First.Keywords ?? []).Select(
                word => pair.Second?.Text.Contains(word, StringComparison.OrdinalIgnoreCase) is true ? 1.0 : 0))),
            Similarity = Mean(pairs.Where(pair => pair.First.Expected is not null).Select(
                pair => pair.Second is { } answer ? Evaluation.Similarity.Of(pair.First.Expected!, answer.Text) : 0)),
            ScoreError = Mean(pairs.Where(pair => pair.First.Score is not null && pair.Second?.Score is not null).Select(
                pair => Math.Abs(pair.First.Score!.Value - pair.Second!.Score!.Value))),
            P50Ms = Percentile(took, 0.50),
            P95Ms = Percentile(took, 0.95),
            TokensPerSecond = took.Sum() > 0 ? valid.Sum(answer => answer.Tokens) / (took.Sum() / 1000) : null,
        };
    }

    public string Line() => JsonSerializer.Serialize(this, GeneratedFiguresJson.Default.GeneratedFigures);

    private static double? Mean(IEnumerable<double> values) => values.ToArray() is { Length: > 0 } all ? all.Average() : null;

    private static double? Percentile(double[] sorted, double share) => sorted is [] ? null : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GeneratedFigures))]
internal sealed partial class GeneratedFiguresJson : JsonSerializerContext;
