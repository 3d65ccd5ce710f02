using System.Globalization;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.ActivityReports;

/// <summary>The body of <c>POST /api/activity</c>, checked as far as it can be checked on its own.</summary>
internal sealed record ActivityReportDraft(DateOnly? From, DateOnly? To, IReadOnlyList<Guid>? Conversations, string? Language)
{
    public static ActivityReportDraft Read(BodyFields fields, ActivityReportOptions options, DateOnly today)
    {
        var errors = fields.Errors;
        var from = TakeDay(fields, "from");
        var to = TakeDay(fields, "to");
        var conversations = TakeConversations(fields, options.ConversationsMax);
        var language = TakeLanguage(fields);
        fields.RefuseUnknown();
        var hasDays = fields.Has("from") || fields.Has("to");
        if (hasDays == fields.Has("conversations"))
        {
            errors.Add(hasDays ? "conversations" : "from", hasDays
                ? "cannot be used together with days: send from and to, or conversations."
                : "is missing: send from and to as yyyy-MM-dd, or conversations.");
        }
        else if (hasDays)
        {
            CheckDays(fields, from, to, options.DaysMax, today);
        }

        return new(from, to, conversations, language);
    }

    /// <summary>Null where the field is absent, or wrong, which is reported.</summary>
    public static string? TakeLanguage(BodyFields fields)
    {
        var language = fields.Take("language", JsonValueKind.String, required: false)?.GetString();
        if (language is null or TextLanguage.Korean or TextLanguage.English)
        {
            return language;
        }

        fields.Errors.Add("language", $"is \"{language}\": send ko or en.");
        return null;
    }

    private static void CheckDays(BodyFields fields, DateOnly? from, DateOnly? to, int daysMax, DateOnly today)
    {
        var errors = fields.Errors;
        if (!fields.Has("from") || !fields.Has("to"))
        {
            errors.Add(fields.Has("from") ? "to" : "from", "is missing: a range has both days.");
        }

        if (to > today)
        {
            errors.Add("to", string.Create(CultureInfo.InvariantCulture, $"is {to:yyyy-MM-dd}, which has not begun: send {today:yyyy-MM-dd} or an earlier day."));
        }

        if (from < ActivityDays.First)
        {
            errors.Add("from", string.Create(CultureInfo.InvariantCulture, $"is {from:yyyy-MM-dd}: no job is as old. Send {ActivityDays.First:yyyy-MM-dd} or a later day."));
        }
        else if (from > to)
        {
            errors.Add("from", string.Create(CultureInfo.InvariantCulture, $"is {from:yyyy-MM-dd}, after to."));
        }
        else if (to?.DayNumber - from?.DayNumber >= daysMax)
        {
            errors.Add("from", $"lies {to!.Value.DayNumber - from!.Value.DayNumber + 1} days before the end of to; at most {daysMax} are reported on (Activity:DaysMax).");
        }
    }

    private static DateOnly? TakeDay(BodyFields fields, string name) =>
        fields.Take(name, JsonValueKind.String, required: false)?.GetString() is { } text ? QueryParameters.Day(text, name, fields.Errors) : null;

    private static List<Guid>? TakeConversations(BodyFields fields, int most)
    {
        if (fields.Take("conversations", JsonValueKind.Array, required: false) is not { } array)
        {
            return null;
        }

        if (array.GetArrayLength() is var length && (length is 0 || length > most))
        {
            fields.Errors.Add("conversations", $"has {length} ids: send 1 to {most} (Activity:ConversationsMax).");
            return null;
        }

        List<Guid> conversations = [];
        foreach (var (index, element) in array.EnumerateArray().Index())
        {
            if (element.ValueKind is JsonValueKind.String)
            {
                conversations.Add(JobIds.Parse(element.GetString()!, fields.Errors, $"conversations[{index}]"));
            }
            else
            {
                fields.Errors.Add($"conversations[{index}]", JsonWords.Mismatch(element, JsonWords.Name(JsonValueKind.String)));
            }
        }

        return conversations;
    }
}
