using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Conversations;
using Pipeline.Contracts;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Api.Interviews;

/// <summary>Reads how an interview is to go.</summary>
internal static class InterviewDraft
{
    private const int NamesMax = 20;
    private const int NameLengthMax = 200;
    private const int QuestionsDefault = 10;
    private const int QuestionsMax = 200;

    /// <summary>Null once it has reported what is missing.</summary>
    public static InterviewSettings? Parse(BodyFields fields)
    {
        var topics = TakeNames(fields, "topics");
        var phases = TakeNames(fields, "phases");
        var questions = TakeCount(fields, "questions_max") ?? QuestionsDefault;
        var perPhase = TakeCount(fields, "questions_per_phase_max") ?? questions;
        var language = StoredConversations.TakeText(fields, "language", required: false);
        var prompt = StoredConversations.TakeText(fields, "prompt", required: false);
        if (topics is null || phases is null)
        {
            return null;
        }

        foreach (var problem in PromptRules.Choice(prompt, language))
        {
            fields.Errors.Add(problem.Field, problem.Message);
        }

        return new()
        {
            Topics = topics,
            Phases = phases,
            QuestionsMax = questions,
            QuestionsPerPhaseMax = perPhase,
            Language = language ?? TextLanguage.Written(topics[0]),
            Prompt = prompt,
        };
    }

    private static List<string>? TakeNames(BodyFields fields, string field)
    {
        if (fields.Take(field, JsonValueKind.Array, required: true) is not { } array)
        {
            return null;
        }

        var count = array.GetArrayLength();
        if (count is 0 or > NamesMax)
        {
            fields.Errors.Add(field, $"has {count} elements: send 1 to {NamesMax}.");
            return null;
        }

        List<string> names = [];
        foreach (var (index, element) in array.EnumerateArray().Index())
        {
            if (element.ValueKind is not JsonValueKind.String)
            {
                fields.Errors.Add($"{field}[{index}]", JsonWords.Mismatch(element, "a string"));
            }
            else if (element.GetString() is { Length: <= NameLengthMax } name && !VisibleText.IsBlank(name))
            {
                names.Add(name);
            }
            else
            {
                fields.Errors.Add($"{field}[{index}]", $"is blank or has more than {NameLengthMax} characters: send a name.");
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
