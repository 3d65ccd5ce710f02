using Pipeline.Contracts;

namespace Pipeline.Api.InterviewReports;

/// <summary>What a printed report says around its contents.</summary>
internal sealed record InterviewReportWords
{
    public required string Title { get; init; }

    public required string Score { get; init; }

    public required string Summary { get; init; }

    public required string Strengths { get; init; }

    public required string Improvements { get; init; }

    public required string Recommendations { get; init; }

    public required string Questions { get; init; }

    public required string Answer { get; init; }

    public required string Feedback { get; init; }

    public required string Note { get; init; }

    public required string Model { get; init; }

    /// <summary>Of a report that the model that ships wrote.</summary>
    public required string Small { get; init; }

    /// <summary>What a client has to know of a text; of the model that ships in the language of the page.</summary>
    public IEnumerable<string> Warnings(string? model, IReadOnlyList<string>? told) =>
        model is GeneratedResult.SmallModel ? [Small, .. (told ?? []).Skip(1)] : told ?? [];

    public static InterviewReportWords Of(string language) => language is TextLanguage.Korean ? Korean : English;

    private static InterviewReportWords English { get; } = new()
    {
        Title = "Report",
        Score = "Overall score",
        Summary = "Summary",
        Strengths = "Strengths",
        Improvements = "To improve",
        Recommendations = "Recommendations",
        Questions = "Question by question",
        Answer = "Answer",
        Feedback = "Feedback",
        Note = "Note",
        Model = "Written by the model",
        Small = "The small model that ships with Pipeline wrote this: it is well-formed but meaningless. Set Kinds:Report:Model to an instruct GGUF; see Models in README.md.",
    };

    private static InterviewReportWords Korean { get; } = new()
    {
        Title = "보고서",
        Score = "종합 점수",
        Summary = "요약",
        Strengths = "강점",
        Improvements = "보완할 점",
        Recommendations = "권장 사항",
        Questions = "문항별 평가",
        Answer = "답변",
        Feedback = "평가",
        Note = "주의",
        Model = "작성 모델",
        Small = "Pipeline에 포함된 작은 모델이 쓴 글입니다. 보고서의 형식만 보여 줄 뿐 의미가 없습니다. Kinds:Report:Model에 instruct GGUF를 지정하세요. README.ko.md의 '모델'을 참고하세요.",
    };
}
