using System.Text.Json.Serialization;
using Pipeline.Cli.Evaluation;

namespace Pipeline.Cli.Tests.Evaluation;

/// <summary>What Fixtures/scikit_learn.py writes.</summary>
internal sealed record Fixture(
    Prediction[] Predictions,
    double Accuracy,
    [property: JsonPropertyName("macro_f1")] double MacroF1,
    double Ece,
    LabelScore[] Labels,
    int[][] Confusion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Fixture))]
internal sealed partial class FixtureJson : JsonSerializerContext;
