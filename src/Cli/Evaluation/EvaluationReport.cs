using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Cli.Evaluation;

/// <summary>The last line of <c>eval --json</c>; other programs read it, so fields are only ever added.</summary>
internal sealed record EvaluationReport(IReadOnlyDictionary<string, EvaluationReport.Figures> Languages)
{
    public static string Line(IEnumerable<LanguageFigures> languages) => JsonSerializer.Serialize(
        new EvaluationReport(languages.ToDictionary(
            language => language.Language,
            language => new Figures(language.Accuracy, language.MacroF1, language.CalibrationError, language.Count))),
        EvaluationJson.Default.EvaluationReport);

    internal sealed record Figures(
        double Accuracy,
        [property: JsonPropertyName("macro_f1")] double MacroF1,
        double Ece,
        int N);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
