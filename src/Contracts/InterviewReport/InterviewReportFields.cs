using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What the model says of one item of a report.</summary>
public record ItemFields : IAnswerFields
{
    public static JsonTypeInfo<ItemFields> Json => InterviewReportFieldsJson.Default.ItemFields;

    public required string AnswerSummary { get; init; }

    public required int Score { get; init; }

    public required string Feedback { get; init; }

    [JsonIgnore]
    public bool IsValid => Score is >= 0 and <= AnswerSchema.ScoreMax;

    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Form(
        ("answer_summary", schema.Text()), ("feedback", schema.Text()), ("score", AnswerSchema.Score()));
}

/// <summary>What the model says of all items.</summary>
public record SummaryFields : IAnswerFields
{
    private const int TextsMax = 5;

    public static JsonTypeInfo<SummaryFields> Json => InterviewReportFieldsJson.Default.SummaryFields;

    public required string Summary { get; init; }

    public required IReadOnlyList<string> Strengths { get; init; }

    public required IReadOnlyList<string> Improvements { get; init; }

    public required IReadOnlyList<string> Recommendations { get; init; }

    [JsonIgnore]
    public virtual bool IsValid => Strengths.Count > 0 && Improvements.Count > 0 && Recommendations.Count > 0;

    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Form(Properties(schema));

    protected static (string, JsonObject)[] Properties(AnswerSchema schema) =>
    [
        ("summary", schema.Text()),
        ("strengths", schema.Texts(TextsMax)),
        ("improvements", schema.Texts(TextsMax)),
        ("recommendations", schema.Texts(TextsMax)),
    ];
}

/// <summary>A whole report, where the client wrote the prompt.</summary>
public sealed record ReportFields : SummaryFields
{
    private const int ScoreMax = 100;

    public static new JsonTypeInfo<ReportFields> Json => InterviewReportFieldsJson.Default.ReportFields;

    public required int OverallScore { get; init; }

    public required IReadOnlyList<QuestionFeedback> QuestionFeedbacks { get; init; }

    [JsonIgnore]
    public override bool IsValid => base.IsValid && OverallScore is >= 0 and <= ScoreMax
        && QuestionFeedbacks.All(feedback => feedback.Score is >= 0 and <= AnswerSchema.ScoreMax);

    public static new JsonObject Schema(AnswerSchema schema) => AnswerSchema.Form(
    [
        .. Properties(schema),
        ("overall_score", AnswerSchema.WholeNumber(0, ScoreMax)),
        ("question_feedbacks", schema.List(
            AnswerSchema.Form(("question", schema.Text()), ("answer_summary", schema.Text()), ("score", AnswerSchema.Score()), ("feedback", schema.Text())),
            least: 0,
            most: null)), // A bound would leave questions out without a word; OutputTokensMax fails instead.
    ]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ItemFields))]
[JsonSerializable(typeof(SummaryFields))]
[JsonSerializable(typeof(ReportFields))]
internal sealed partial class InterviewReportFieldsJson : JsonSerializerContext;
