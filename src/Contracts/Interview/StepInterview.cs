using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What an interviewer says next, and how good the last answer was.</summary>
[Description("topic and phase, or user_prompt, or messages.")]
public sealed record StepInterview : IJob<StepInterview, InterviewStepResult>, IPrompted, IModelChoice
{
    public static string Kind => "interview";

    public static JsonTypeInfo<StepInterview> Json => StepInterviewJson.Unescaped.StepInterview;

    public static JsonTypeInfo<InterviewStepResult> ResultJson => StepInterviewJson.Unescaped.InterviewStepResult;

    public static JobKind<StepInterview, InterviewStepResult> Descriptor => InterviewKind.Descriptor;

    [Description("What the interview is about.")]
    public string? Topic { get; init; }

    [Description("The topic that the model may move on to; absent with the last one.")]
    public string? NextTopic { get; init; }

    [Description("With topic: the current phase, for example \"warm-up\".")]
    public string? Phase { get; init; }

    [Description("The next phase; absent in the last one.")]
    public string? NextPhase { get; init; }

    [Description("Earlier exchanges, oldest first; at most Input:ExchangesMax (1,000).")]
    public IReadOnlyList<Exchange>? History { get; init; }

    [Description("With answer: the question that was asked.")]
    public string? Question { get; init; }

    [Description("The candidate's answer; absent, like question, at the beginning of the interview.")]
    public string? Answer { get; init; }

    [Description("ko or en; default the answer's.")]
    public string? Language { get; init; }

    [Description("Name of an interview prompt; default \"default\".")]
    public string? Prompt { get; init; }

    [Description("With user_prompt: your own instruction.")]
    public string? SystemPrompt { get; init; }

    [Description("Your own prompt, instead of topic and phase.")]
    public string? UserPrompt { get; init; }

    [Description(IModelChoice.Description)]
    public string? Model { get; init; }

    [Description("Your own prompt as messages.")]
    public IReadOnlyList<PromptMessage>? Messages { get; init; }

    /// <summary>Whether <see cref="Messages"/> hold an answer to be judged. Null with messages of the client: true.</summary>
    [WrittenByApi]
    public bool? Judges { get; init; }

    [WrittenByApi]
    public PromptSource? PromptSource { get; init; }

    IReadOnlyList<PromptChoice> IPrompted.Prompts => Written.IsComplete ? [] : [new(Kind, Prompt, SpokenLanguage) { IsGuess = Language is null }];

    private WrittenPrompt Written => new(Messages, SystemPrompt, UserPrompt, HasValues);

    private bool HasValues => (Topic ?? NextTopic ?? Phase ?? NextPhase ?? Question ?? Answer ?? Language ?? Prompt ?? (object?)History) is not null;

    private string SpokenLanguage => Language ?? TextLanguage.Written(Answer ?? "", Topic!);

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems = [.. Written.Validate("topic and phase", limits), .. PromptRules.Choice(Prompt, Language)];
        if (HasValues)
        {
            problems.AddRange([.. TextRules.Required("topic", Topic, limits), .. TextRules.Required("phase", Phase, limits)]);
            problems.AddRange(Exchange.Validate("history", History ?? [], limits));
        }

        if (Question is not null)
        {
            problems.AddRange(TextRules.Required("question", Question, limits));
        }

        if ((Question ?? Answer) is not null)
        {
            problems.AddRange(TextRules.Required("answer", Answer, limits));
        }

        if (NextTopic is not null)
        {
            problems.AddRange(TextRules.Required("next_topic", NextTopic, limits));
        }

        return NextPhase is null ? problems : [.. problems, .. TextRules.Required("next_phase", NextPhase, limits)];
    }

    public IJob WithPrompts(IReadOnlyList<PromptTemplate> templates) => new StepInterview
    {
        Model = Model,
        Messages = templates is [var template] ? PromptRenderer.Render(template, Required(), Optional()) : Written.Written,
        Judges = templates is [] || Answer is not null,
        PromptSource = templates is [var source] ? PromptSource.Of(source) : null,
    };

    private Dictionary<string, string> Required() => new()
    {
        ["topic"] = Topic!,
        ["phase"] = Phase!,
        ["history"] = History is null or [] ? Nothing : string.Join("\n", History.Select(exchange => $"Q: {exchange.Question}\nA: {exchange.Answer}")),
        ["question"] = Question ?? Nothing,
        ["answer"] = Answer ?? Nothing,
    };

    private Dictionary<string, string> Optional() => new() { ["next_topic"] = NextTopic ?? Nothing, ["next_phase"] = NextPhase ?? Nothing };

    private string Nothing => SpokenLanguage is TextLanguage.Korean ? "(없음)" : "(none)";
}

/// <summary>One step of an interview.</summary>
public sealed record InterviewStepResult : GeneratedResult
{
    [Description("Why, not for the candidate.")]
    public required string Thought { get; init; }

    [Description("FOLLOW_UP asks more about the last answer; NEW_TOPIC moves to the next topic, or to something else if there is none; NEXT_PHASE ends the phase, or the interview after the last one.")]
    [AllowedValues(InterviewActions.FollowUp, InterviewActions.NewTopic, InterviewActions.NextPhase)]
    public required string Action { get; init; }

    [Description("What the candidate reads.")]
    public required string Message { get; init; }

    [Description("How good the last answer was; absent if there was none.")]
    public AnswerEvaluation? Evaluation { get; init; }
}

/// <summary>The values of <see cref="InterviewStepResult.Action"/>.</summary>
public static class InterviewActions
{
    /// <summary>The message asks deeper about the last answer.</summary>
    public const string FollowUp = "FOLLOW_UP";

    /// <summary>The message turns to the next topic, or to something else where there is none, in the same phase.</summary>
    public const string NewTopic = "NEW_TOPIC";

    /// <summary>The phase is over; the message opens the next one, or ends the interview after the last.</summary>
    public const string NextPhase = "NEXT_PHASE";

    public static IReadOnlyList<string> All { get; } = [FollowUp, NewTopic, NextPhase];
}

public sealed record AnswerEvaluation([property: Range(0, 10)] int Score, string Comment);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StepInterview))]
[JsonSerializable(typeof(InterviewStepResult))]
internal sealed partial class StepInterviewJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static StepInterviewJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
