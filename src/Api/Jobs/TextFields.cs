using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>Reads <c>{"text"}</c> or <c>{"texts":[…]}</c>, exactly one of the two.</summary>
/// <param name="Texts">Null once it is reported why there are none.</param>
/// <param name="IsList">Whether the client sent a list, and so gets a list back, even of one.</param>
internal readonly record struct TextFields(IReadOnlyList<string>? Texts, bool IsList)
{
    private const string One = "text";
    private const string Many = "texts";

    /// <param name="textsMax">Most texts of one request.</param>
    /// <param name="setting">The name of the option that says so.</param>
    public static TextFields Take(BodyFields fields, int textsMax, string setting, InputLimits limits) => fields.Has(Many)
        ? new(TakeMany(fields, textsMax, setting, limits), IsList: true)
        : new(TakeOne(fields, limits), IsList: false);

    private static List<string>? TakeOne(BodyFields fields, InputLimits limits)
    {
        fields.Take(Many, JsonValueKind.Array, required: false); // Known, though absent.
        if (!fields.Has(One) && !fields.IsNull(One))
        {
            fields.Take(One, JsonValueKind.String, required: false);
            fields.Errors.Add(One, "is required: send \"text\" with one string, or \"texts\" with an array of strings.");
            return null;
        }

        return fields.Take(One, JsonValueKind.String, required: true) is { } value && Check(value, One, fields, limits) is { } text ? [text] : null;
    }

    private static List<string>? TakeMany(BodyFields fields, int textsMax, string setting, InputLimits limits)
    {
        if (fields.Has(One))
        {
            fields.Errors.Add(One, "cannot be used together with texts: send one of the two.");
        }

        fields.Take(One, JsonValueKind.String, required: false);
        if (fields.Take(Many, JsonValueKind.Array, required: true) is not { } texts)
        {
            return null;
        }

        var count = texts.GetArrayLength();
        if (count is 0 || count > textsMax)
        {
            fields.Errors.Add(Many, $"has {count} elements: send 1 to {textsMax} ({setting}).");
            return null;
        }

        return [.. texts.EnumerateArray().Select((text, index) => Check(text, $"{Many}[{index}]", fields, limits)).OfType<string>()];
    }

    private static string? Check(JsonElement value, string path, BodyFields fields, InputLimits limits)
    {
        if (value.ValueKind is not JsonValueKind.String)
        {
            fields.Errors.Add(path, JsonWords.Mismatch(value, "a string"));
            return null;
        }

        var text = value.GetString()!;
        foreach (var problem in TextRules.Required(path, text, limits))
        {
            fields.Errors.Add(path, problem.Message);
        }

        return text;
    }
}
