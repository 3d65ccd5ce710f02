using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.InterviewReports;

/// <summary>What the model says of one item of a report.</summary>
internal record ItemFields : IAnswerFields
{
    public required string AnswerSummary { get; init; }

    public required int Score { get; init; }

    public required string Feedback { get; init; }

    [JsonIgnore]
    public bool IsValid => Score is >= 0 and <= AnswerSchema.ScoreMax;

    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Object(
        ("answer_summary", schema.Text()), ("feedback", schema.Text()), ("score", AnswerSchema.Score()));
}

/// <summary>A finished step of a report: what the model said of one item, and what that took.</summary>
internal sealed record FinishedItem
{
    public required ItemFields Fields { get; init; }

    public required ModelAnswer Answer { get; init; }

    public QuestionFeedback Of(Exchange item) => new()
    {
        Question = item.Question,
        AnswerSummary = Fields.AnswerSummary,
        Score = Fields.Score,
        Feedback = Fields.Feedback,
    };
}

/// <summary>What the model says of all items.</summary>
internal record SummaryFields : IAnswerFields
{
    private const int TextsMax = 5;

    public required string Summary { get; init; }

    public required IReadOnlyList<string> Strengths { get; init; }

    public required IReadOnlyList<string> Improvements { get; init; }

    public required IReadOnlyList<string> Recommendations { get; init; }

    [JsonIgnore]
    public virtual bool IsValid => Strengths.Count > 0 && Improvements.Count > 0 && Recommendations.Count > 0;

    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Object(Properties(schema));

    protected static (string, JsonObject)[] Properties(AnswerSchema schema) =>
    [
        ("summary", schema.Text()),
        ("strengths", schema.Texts(TextsMax)),
        ("improvements", schema.Texts(TextsMax)),
        ("recommendations", schema.Texts(TextsMax)),
    ];
}

/// <summary>A whole report, where the client wrote the prompt.</summary>
internal sealed record ReportFields : SummaryFields
{
    private const int ScoreMax = 100;

    public required int OverallScore { get; init; }

    public required IReadOnlyList<QuestionFeedback> QuestionFeedbacks { get; init; }

    [JsonIgnore]
    public override bool IsValid => base.IsValid && OverallScore is >= 0 and <= ScoreMax
        && QuestionFeedbacks.All(feedback => feedback.Score is >= 0 and <= AnswerSchema.ScoreMax);

    public static new JsonObject Schema(AnswerSchema schema) => AnswerSchema.Object(
    [
        .. Properties(schema),
        ("overall_score", AnswerSchema.Integer(0, ScoreMax)),
        ("question_feedbacks", schema.List(
            AnswerSchema.Object(("question", schema.Text()), ("answer_summary", schema.Text()), ("score", AnswerSchema.Score()), ("feedback", schema.Text())),
            least: 0,
            most: null)), // A bound would leave questions out without a word; OutputTokensMax fails instead.
    ]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FinishedItem))]
[JsonSerializable(typeof(SummaryFields))]
[JsonSerializable(typeof(ReportFields))]
internal sealed partial class InterviewReportFieldsJson : JsonSerializerContext;
