using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.InterviewReports;

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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FinishedItem))]
internal sealed partial class FinishedItemJson : JsonSerializerContext;
