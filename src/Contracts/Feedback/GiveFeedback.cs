using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>How good an answer to a question is, and what would make it better.</summary>
[Description("question and answer, or user_prompt, or messages.")]
public sealed record GiveFeedback : IJob<GiveFeedback, FeedbackResult>, IPrompted, IModelChoice
{
    public static string Kind => "feedback";

    public static JsonTypeInfo<GiveFeedback> Json => GiveFeedbackJson.Unescaped.GiveFeedback;

    public static JsonTypeInfo<FeedbackResult> ResultJson => GiveFeedbackJson.Unescaped.FeedbackResult;

    public static JobKind<GiveFeedback, FeedbackResult> Descriptor => FeedbackKind.Descriptor;

    [Description("With answer: the question that was asked.")]
    public string? Question { get; init; }

    [Description("With question: the answer to judge.")]
    public string? Answer { get; init; }

    [Description("Criteria; default accuracy, completeness and clarity.")]
    public string? Criteria { get; init; }

    [Description("Language of the feedback, ko or en; default the answer's.")]
    public string? Language { get; init; }

    [Description("Name of a feedback prompt; default \"default\".")]
    public string? Prompt { get; init; }

    [Description("With user_prompt: your own instruction.")]
    public string? SystemPrompt { get; init; }

    [Description("Your own prompt, instead of question and answer.")]
    public string? UserPrompt { get; init; }

    [Description(IModelChoice.Description)]
    public string? Model { get; init; }

    [Description("Your own prompt as messages.")]
    public IReadOnlyList<PromptMessage>? Messages { get; init; }

    [WrittenByApi]
    public PromptSource? PromptSource { get; init; }

    IReadOnlyList<PromptChoice> IPrompted.Prompts => Written.IsComplete ? [] : [new(Kind, Prompt, SpokenLanguage) { IsGuess = Language is null }];

    private WrittenPrompt Written => new(Messages, SystemPrompt, UserPrompt, HasValues);

    private bool HasValues => (Question ?? Answer ?? Criteria ?? Prompt ?? Language) is not null;

    private string SpokenLanguage => Language ?? TextLanguage.Written(Answer!, Question!);

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems = [.. Written.Validate("question and answer", limits), .. PromptRules.Choice(Prompt, Language)];
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
        Model = Model,
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
    [Description("What is right and what is missing.")]
    public required string Feedback { get; init; }

    [Range(0, 10)]
    public required int Score { get; init; }

    [Description("Whether score reaches pass_mark.")]
    public required bool IsPassed { get; init; }

    [Description("The pass mark in effect (Kinds:Feedback:PassMark).")]
    public required int PassMark { get; init; }

    [Description("The next step that helps most.")]
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
