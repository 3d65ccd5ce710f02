using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A report without the job around it.</summary>
public sealed record InterviewReportView
{
    [Description("At most 200 characters.")]
    public string? Title { get; init; }

    [Description("ko or en.")]
    public required string Language { get; init; }

    public required string Summary { get; init; }

    public required IReadOnlyList<string> Strengths { get; init; }

    public required IReadOnlyList<string> Improvements { get; init; }

    public required IReadOnlyList<string> Recommendations { get; init; }

    [Range(0, 100)]
    public required int OverallScore { get; init; }

    [Description("One per item, in their order.")]
    public required IReadOnlyList<QuestionFeedback> QuestionFeedbacks { get; init; }

    public static InterviewReportView Of(InterviewReportResult result) => new()
    {
        Title = result.Title,
        Language = result.Language,
        Summary = result.Summary,
        Strengths = result.Strengths,
        Improvements = result.Improvements,
        Recommendations = result.Recommendations,
        OverallScore = result.OverallScore,
        QuestionFeedbacks = result.QuestionFeedbacks,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InterviewReportView))]
internal sealed partial class InterviewReportViewJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static InterviewReportViewJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
