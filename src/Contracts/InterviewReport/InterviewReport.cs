using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Contracts;

/// <summary>A report on an interview or test: each answer judged on its own, then all of them together.</summary>
[Description("items, or interview_id, or user_prompt, or messages.")]
public sealed record InterviewReport : IJob<InterviewReport, InterviewReportResult>, IPrompted, IModelChoice
{
    /// <summary>Most characters of <see cref="Title"/>.</summary>
    public const int TitleLengthMax = 200;

    public static string Kind => "report";

    public static JsonTypeInfo<InterviewReport> Json => InterviewReportJson.Unescaped.InterviewReport;

    public static JsonTypeInfo<InterviewReportResult> ResultJson => InterviewReportJson.Unescaped.InterviewReportResult;

    public static JobKind<InterviewReport, InterviewReportResult> Descriptor => InterviewReportKind.Descriptor;

    [Description("1 to Input:ExchangesMax (1,000) questions with answers; each is judged separately.")]
    public IReadOnlyList<Exchange>? Items { get; init; }

    [Description("At most 200 characters.")]
    public string? Title { get; init; }

    [Description("Language of the report, ko or en; default the answers'.")]
    public string? Language { get; init; }

    [Description("With user_prompt: your own instruction.")]
    public string? SystemPrompt { get; init; }

    [Description("Your own prompt, instead of items.")]
    public string? UserPrompt { get; init; }

    [Description(IModelChoice.Description)]
    public string? Model { get; init; }

    [Description("Your own prompt as messages.")]
    public IReadOnlyList<PromptMessage>? Messages { get; init; }

    /// <summary>How each item is asked about.</summary>
    [WrittenByApi]
    public PromptTemplate? QuestionPrompt { get; init; }

    /// <summary>How the report on all items is asked for.</summary>
    [WrittenByApi]
    public PromptTemplate? SummaryPrompt { get; init; }

    IReadOnlyList<PromptChoice> IPrompted.Prompts => Items is null ? [] : [new(Kind, "question", SpokenLanguage), new(Kind, "summary", SpokenLanguage)];

    private WrittenPrompt Written => new(Messages, SystemPrompt, UserPrompt, Items is not null);

    private string SpokenLanguage => Language ?? TextLanguage.Written(Items is null ? Written.Written[^1].Content : string.Concat(Items.Select(item => item.Answer)));

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems = [.. Written.Validate("items", limits), .. PromptRules.Choice(null, Language)];
        if (Title is { Length: > TitleLengthMax } || (Title is not null && VisibleText.IsBlank(Title)))
        {
            problems.Add(new("title", $"has {Title.Length} characters: send 1 to {TitleLengthMax} that are not all white space."));
        }

        if (Items is [])
        {
            problems.Add(new("items", "is empty: send at least one question with its answer."));
        }

        return [.. problems, .. Exchange.Validate("items", Items ?? [], limits)];
    }

    public IJob WithPrompts(IReadOnlyList<PromptTemplate> templates)
    {
        if (templates is not [var question, var summary])
        {
            return new InterviewReport { Model = Model, Messages = Written.Written, Title = Title, Language = SpokenLanguage };
        }

        // Now, where the client hears of it, and not when the worker comes to it.
        Ask(question, Items![0]);
        Sum(summary, "");
        return this with { Language = SpokenLanguage, QuestionPrompt = question, SummaryPrompt = summary };
    }

    /// <summary>The prompt that judges one item.</summary>
    public static IReadOnlyList<PromptMessage> Ask(PromptTemplate template, Exchange item) => PromptRenderer.Render(
        template, new Dictionary<string, string> { ["question"] = item.Question, ["answer"] = item.Answer }, PromptValues.None);

    /// <summary>The prompt that sums up findings.</summary>
    public static IReadOnlyList<PromptMessage> Sum(PromptTemplate template, string findings) => PromptRenderer.Render(
        template, new Dictionary<string, string> { ["findings"] = findings }, PromptValues.None);
}

/// <summary>A report.</summary>
public sealed record InterviewReportResult : GeneratedResult
{
    [Description("At most 200 characters.")]
    public string? Title { get; init; }

    [Description("The template for each item; prompt is that of the summary. Absent if the client wrote the prompt.")]
    public PromptSource? QuestionPrompt { get; init; }

    [Description("Language of the report, ko or en; default the answers'.")]
    public required string Language { get; init; }

    public required string Summary { get; init; }

    public required IReadOnlyList<string> Strengths { get; init; }

    public required IReadOnlyList<string> Improvements { get; init; }

    public required IReadOnlyList<string> Recommendations { get; init; }

    [Description("Of items it is ten times the mean of their scores, rounded.")]
    [Range(0, 100)]
    public required int OverallScore { get; init; }

    [Description("One per item, in their order.")]
    public required IReadOnlyList<QuestionFeedback> QuestionFeedbacks { get; init; }
}

/// <summary>What a report says of one answer.</summary>
public sealed record QuestionFeedback
{
    public required string Question { get; init; }

    public required string AnswerSummary { get; init; }

    [Range(0, 10)]
    public required int Score { get; init; }

    public required string Feedback { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(InterviewReport))]
[JsonSerializable(typeof(InterviewReportResult))]
internal sealed partial class InterviewReportJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static InterviewReportJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
