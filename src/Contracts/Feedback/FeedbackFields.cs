using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What the model says of an answer.</summary>
public sealed record FeedbackFields : IAnswerFields
{
    public static JsonTypeInfo<FeedbackFields> Json => FeedbackFieldsJson.Default.FeedbackFields;

    public required string Feedback { get; init; }

    public required int Score { get; init; }

    public required string ImprovementSuggestion { get; init; }

    [JsonIgnore]
    public bool IsValid => Score is >= 0 and <= AnswerSchema.ScoreMax;

    // The reasons before the score: the model has then something to derive it from.
    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Form(
        ("feedback", schema.Text()), ("score", AnswerSchema.Score()), ("improvement_suggestion", schema.Text()));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FeedbackFields))]
internal sealed partial class FeedbackFieldsJson : JsonSerializerContext;
