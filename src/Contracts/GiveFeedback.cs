using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>How good an answer to a question is, and what would make it better.</summary>
public sealed record GiveFeedback : IJob<GiveFeedback, FeedbackResult>, IPrompted
{
    public static string Kind => "feedback";

    public static JsonTypeInfo<GiveFeedback> Json => GiveFeedbackJson.Unescaped.GiveFeedback;

    public static JsonTypeInfo<FeedbackResult> ResultJson => GiveFeedbackJson.Unescaped.FeedbackResult;

    /// <summary>With <see cref="Answer"/>: what was asked.</summary>
    public string? Question { get; init; }

    /// <summary>With <see cref="Question"/>: what is to be judged.</summary>
    public string? Answer { get; init; }

    /// <summary>What to judge by; null takes what the language's words for accuracy, completeness and clarity say.</summary>
    public string? Criteria { get; init; }

    /// <summary>Language of the feedback, <c>ko</c> or <c>en</c>; null: that of the answer.</summary>
    public string? Language { get; init; }

    /// <summary>Name of the template for question and answer; null: <c>default</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary>With <see cref="UserPrompt"/>: the client's own instruction.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The client's own prompt, instead of question and answer.</summary>
    public string? UserPrompt { get; init; }

    /// <summary>The whole prompt as messages; what is stored.</summary>
    public IReadOnlyList<PromptMessage>? Messages { get; init; }

    /// <summary>Written by the API.</summary>
    public PromptSource? PromptSource { get; init; }

    IReadOnlyList<PromptChoice> IPrompted.Prompts => Written.IsComplete ? [] : [new(Kind, Prompt, SpokenLanguage)];

    private WrittenPrompt Written => new(Messages, SystemPrompt, UserPrompt, HasValues);

    private bool HasValues => (Question ?? Answer ?? Criteria ?? Prompt ?? Language) is not null;

    private string SpokenLanguage => Language ?? TextLanguage.Written(Answer!);

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems = [.. Written.Validate("question and answer", limits), .. PromptRules.Choice(Prompt, Language, PromptSource)];
        if (HasValues)
        {
            problems.AddRange([.. TextRules.Required("question", Question, limits), .. TextRules.Required("answer", Answer, limits)]);
        }

        if (Criteria is not null)
        {
            problems.AddRange(TextRules.Required("criteria", Criteria, limits));
        }

        return problems;
    }

    public IJob WithPrompts(IReadOnlyList<PromptTemplate> templates) => new GiveFeedback
    {
        Messages = templates is [var template] ? PromptRenderer.Render(template, Required(), Optional()) : Written.Written,
        PromptSource = templates is [var source] ? PromptSource.Of(source) : null,
    };

    private Dictionary<string, string> Required() => new() { ["question"] = Question!, ["answer"] = Answer! };

    private Dictionary<string, string> Optional() => new()
    {
        ["criteria"] = Criteria ?? (SpokenLanguage is TextLanguage.Korean ? "정확성, 완결성, 명확성" : "accuracy, completeness, clarity"),
    };
}

/// <summary>How good the answer is.</summary>
public sealed record FeedbackResult : GeneratedResult
{
    public required string Feedback { get; init; }

    /// <summary>0 to 10.</summary>
    public required int Score { get; init; }

    /// <summary>Whether <see cref="Score"/> reaches <see cref="PassMark"/>.</summary>
    public required bool IsPassed { get; init; }

    /// <summary>The mark that applied.</summary>
    public required int PassMark { get; init; }

    public required string ImprovementSuggestion { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(GiveFeedback))]
[JsonSerializable(typeof(FeedbackResult))]
internal sealed partial class GiveFeedbackJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static GiveFeedbackJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
