using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Documents;
using Pipeline.Contracts.Unicode;
using Pipeline.Core.Documents;
using Pipeline.Core.Search;

namespace Pipeline.Api.Search;

/// <summary>Reads a query, how many results are wanted, and a filter.</summary>
internal static class SearchDraft
{
    private static readonly Dictionary<string, SearchMode> Modes = new(StringComparer.Ordinal)
    {
        ["hybrid"] = SearchMode.Hybrid,
        ["vectors"] = SearchMode.Vectors,
        ["words"] = SearchMode.Words,
    };

    /// <param name="field">The name of the field with the query's text.</param>
    public static SearchQuery? Parse(
        BodyFields fields, string field, Guid clientId, ResultLimit results, SearchOptions options, DocumentOptions documents)
    {
        var text = TakeText(fields, field, options);
        var limit = TakeLimit(fields, results);
        var filter = fields.Take("filter", JsonValueKind.Object, required: false) is { } value
            ? MetadataRules.Read(value, "filter", documents.MetadataBytesMax, fields.Errors)
            : null;
        return text is null ? null : new() { ClientId = clientId, Text = text, Limit = limit, FilterJson = filter };
    }

    public static SearchMode TakeMode(BodyFields fields)
    {
        if (fields.Take("mode", JsonValueKind.String, required: false)?.GetString() is not { } word)
        {
            return SearchMode.Hybrid;
        }

        if (!Modes.TryGetValue(word, out var mode))
        {
            fields.Errors.Add("mode", $"is \"{word}\": send one of {string.Join(", ", Modes.Keys)}.");
        }

        return mode;
    }

    public static int? TakePerDocument(BodyFields fields, ResultLimit results)
    {
        if (fields.Take("per_document", JsonValueKind.Number, required: false) is not { } value)
        {
            return null;
        }

        if (!value.TryGetInt32(out var most) || most < 1 || most > results.Most)
        {
            fields.Errors.Add("per_document", $"is {value.GetRawText()}: send a whole number from 1 to {results.Most} ({results.Setting}).");
        }

        return most;
    }

    private static string? TakeText(BodyFields fields, string field, SearchOptions options)
    {
        if (fields.Take(field, JsonValueKind.String, required: true)?.GetString() is not { } text)
        {
            return null;
        }

        if (VisibleText.IsBlank(text))
        {
            fields.Errors.Add(field, "is empty, or has nothing that can be seen: send a text.");
        }
        else if (text.Length > options.QueryLengthMax)
        {
            fields.Errors.Add(field, $"has {text.Length} characters; at most {options.QueryLengthMax} are accepted (Search:QueryLengthMax).");
        }

        return text;
    }

    private static int TakeLimit(BodyFields fields, ResultLimit results)
    {
        if (fields.Take("k", JsonValueKind.Number, required: false) is not { } value)
        {
            return results.Otherwise;
        }

        if (!value.TryGetInt32(out var limit) || limit < 1 || limit > results.Most)
        {
            fields.Errors.Add("k", $"is {value.GetRawText()}: send a whole number from 1 to {results.Most} ({results.Setting}).");
        }

        return limit;
    }
}

/// <summary>How many results a request may want.</summary>
/// <param name="Otherwise">What one gets that names no number.</param>
/// <param name="Setting">The name of the option that bounds it.</param>
internal readonly record struct ResultLimit(int Otherwise, int Most, string Setting);
