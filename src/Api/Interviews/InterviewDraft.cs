using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Conversations;
using Pipeline.Contracts;

namespace Pipeline.Api.Interviews;

/// <summary>Reads how an interview is to go.</summary>
internal static class InterviewDraft
{
    private const int PhasesMax = 20;
    private const int PhaseLengthMax = 200;
    private const int QuestionsDefault = 10;
    private const int QuestionsMax = 200;

    /// <summary>Null once it has reported what is missing.</summary>
    public static InterviewSettings? Parse(BodyFields fields, InputLimits limits)
    {
        var topic = DialogueRequests.TakeText(fields, "topic", required: true);
        var phases = TakePhases(fields);
        var questions = TakeCount(fields, "questions_max") ?? QuestionsDefault;
        var perPhase = TakeCount(fields, "questions_per_phase_max") ?? questions;
        var language = DialogueRequests.TakeText(fields, "language", required: false);
        var prompt = DialogueRequests.TakeText(fields, "prompt", required: false);
        if (topic is null || phases is null)
        {
            return null;
        }

        foreach (var problem in TextRules.Required("topic", topic, limits).Concat(PromptRules.Choice(prompt, language, null)))
        {
            fields.Errors.Add(problem.Field, problem.Message);
        }

        return new()
        {
            Topic = topic,
            Phases = phases,
            QuestionsMax = questions,
            QuestionsPerPhaseMax = perPhase,
            Language = language ?? TextLanguage.Written(topic),
            Prompt = prompt,
        };
    }

    private static List<string>? TakePhases(BodyFields fields)
    {
        if (fields.Take("phases", JsonValueKind.Array, required: true) is not { } phases)
        {
            return null;
        }

        var count = phases.GetArrayLength();
        if (count is 0 or > PhasesMax)
        {
            fields.Errors.Add("phases", $"has {count} elements: send 1 to {PhasesMax}.");
            return null;
        }

        List<string> names = [];
        foreach (var (phase, index) in phases.EnumerateArray().Select((phase, index) => (phase, index)))
        {
            if (phase.ValueKind is not JsonValueKind.String)
            {
                fields.Errors.Add($"phases[{index}]", JsonWords.Mismatch(phase, "a string"));
            }
            else if (phase.GetString() is { Length: <= PhaseLengthMax } name && !string.IsNullOrWhiteSpace(name))
            {
                names.Add(name);
            }
            else
            {
                fields.Errors.Add($"phases[{index}]", $"is blank or has more than {PhaseLengthMax} characters: send a name.");
            }
        }

        return names.Count == count ? names : null;
    }

    private static int? TakeCount(BodyFields fields, string name)
    {
        var count = fields.TakeInteger(name);
        if (count is < 1 or > QuestionsMax)
        {
            fields.Errors.Add(name, $"is {count}: send 1 to {QuestionsMax}.");
        }

        return count;
    }
}
