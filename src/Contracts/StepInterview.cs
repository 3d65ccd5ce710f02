using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What an interviewer says next, and how good the last answer was.</summary>
public sealed record StepInterview : IJob<StepInterview, InterviewStepResult>, IPrompted
{
    public static string Kind => "interview";

    public static JsonTypeInfo<StepInterview> Json => StepInterviewJson.Unescaped.StepInterview;

    public static JsonTypeInfo<InterviewStepResult> ResultJson => StepInterviewJson.Unescaped.InterviewStepResult;

    /// <summary>What the interview is about.</summary>
    public string? Topic { get; init; }

    /// <summary>What <see cref="InterviewActions.NewTopic"/> turns to; null: something else of the same topic.</summary>
    public string? NextTopic { get; init; }

    /// <summary>With <see cref="Topic"/>: where the interview stands, for example "warm-up".</summary>
    public string? Phase { get; init; }

    /// <summary>What follows <see cref="Phase"/>; null when it is the last.</summary>
    public string? NextPhase { get; init; }

    /// <summary>Earlier exchanges, oldest first.</summary>
    public IReadOnlyList<Exchange>? History { get; init; }

    /// <summary>The question that <see cref="Answer"/> answers; better not left out, since the model judges by it.</summary>
    public string? Question { get; init; }

    /// <summary>The candidate's last answer; absent where the interview begins.</summary>
    public string? Answer { get; init; }

    /// <summary>Language of the interview, <c>ko</c> or <c>en</c>; null: that of the answer, or of the topic.</summary>
    public string? Language { get; init; }

    /// <summary>Name of the template for these values; null: <c>default</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary>With <see cref="UserPrompt"/>: the client's own instruction.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The client's own prompt, instead of topic and phase.</summary>
    public string? UserPrompt { get; init; }

    /// <summary>The whole prompt as messages; what is stored.</summary>
    public IReadOnlyList<PromptMessage>? Messages { get; init; }

    /// <summary>Whether <see cref="Messages"/> hold an answer to be judged. Written by the API where it writes the messages; else true.</summary>
    public bool? Judges { get; init; }

    /// <summary>Written by the API.</summary>
    public PromptSource? PromptSource { get; init; }

    IReadOnlyList<PromptChoice> IPrompted.Prompts => Written.IsComplete ? [] : [new(Kind, Prompt, SpokenLanguage)];

    private WrittenPrompt Written => new(Messages, SystemPrompt, UserPrompt, HasValues);

    private bool HasValues => (Topic ?? NextTopic ?? Phase ?? NextPhase ?? Question ?? Answer ?? Language ?? Prompt ?? (object?)History) is not null;

    private string SpokenLanguage => Language ?? TextLanguage.Written(Answer ?? Topic!);

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems = [.. Written.Validate("topic and phase", limits), .. PromptRules.Choice(Prompt, Language, PromptSource)];
        if (Judges is not null)
        {
            problems.Add(new("judges", "is written by the API: leave it out."));
        }

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
    /// <summary>Why the interviewer goes on so; not for the candidate.</summary>
    public required string Thought { get; init; }

    /// <summary>A value of <see cref="InterviewActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>What the candidate reads.</summary>
    public required string Message { get; init; }

    /// <summary>How good the last answer was; absent where there was none.</summary>
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

/// <param name="Score">0 to 10.</param>
public sealed record AnswerEvaluation(int Score, string Comment);

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
