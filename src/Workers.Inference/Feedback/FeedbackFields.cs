using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Feedback;

/// <summary>What the model says of an answer.</summary>
internal sealed record FeedbackFields : IAnswerFields
{
    public required string Feedback { get; init; }

    public required int Score { get; init; }

    public required string ImprovementSuggestion { get; init; }

    [JsonIgnore]
    public bool IsValid => Score is >= 0 and <= AnswerSchema.ScoreMax;

    // The reasons before the score: the model has then something to derive it from.
    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Object(
        ("feedback", schema.Text()), ("score", AnswerSchema.Score()), ("improvement_suggestion", schema.Text()));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FeedbackFields))]
internal sealed partial class FeedbackFieldsJson : JsonSerializerContext;
