using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Cli.Evaluation;

/// <summary>The last line of <c>eval --json</c>; other programs read it, so fields are only ever added.</summary>
/// <param name="Languages">Figures of the texts of each language.</param>
/// <param name="All">Figures of all texts together; null where none was answered.</param>
internal sealed record EvaluationReport(IReadOnlyDictionary<string, EvaluationReport.Figures> Languages, EvaluationReport.Figures? All)
{
    public static string Line(IEnumerable<LanguageFigures> languages, IReadOnlyCollection<Prediction> predictions) => JsonSerializer.Serialize(
        new EvaluationReport(
            languages.ToDictionary(language => language.Language, Of),
            predictions.Count > 0 ? Of(LanguageFigures.Of("all", [.. predictions])) : null),
        EvaluationJson.Default.EvaluationReport);

    private static Figures Of(LanguageFigures figures) => new(figures.Accuracy, figures.MacroF1, figures.CalibrationError, figures.Count);

    internal sealed record Figures(
        double Accuracy,
        [property: JsonPropertyName("macro_f1")] double MacroF1,
        double Ece,
        int N);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
