using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;

namespace Pipeline.Api.Emotion;

/// <summary>Reads <c>{"text"}</c> or <c>{"texts":[…]}</c>.</summary>
internal static class EmotionDraft
{
    private const string Text = "text";
    private const string Texts = "texts";

    public static JobDraft? Parse(BodyFields fields, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        JobCatalog.TryFind(AnalyzeEmotion.Kind, out var kind);
        var isList = fields.Has(Texts);
        var inputs = isList ? TakeTexts(fields, options, limits) : TakeText(fields, limits);
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        return inputs is null
            ? null
            : new JobDraft { Kind = kind!, Inputs = inputs, IsList = isList, Priority = priority, ExpiresAt = expiresAt };
    }

    private static List<AnalyzeEmotion>? TakeText(BodyFields fields, InputLimits limits)
    {
        fields.Take(Texts, JsonValueKind.Array, required: false); // Known, though absent.
        if (!fields.Has(Text) && !fields.IsNull(Text))
        {
            fields.Take(Text, JsonValueKind.String, required: false);
            fields.Errors.Add(Text, "is required: send \"text\" with one string, or \"texts\" with an array of strings.");
            return null;
        }

        var text = fields.Take(Text, JsonValueKind.String, required: true);
        return text is { } value && Check(value, Text, fields, limits) is { } input ? [input] : null;
    }

    private static List<AnalyzeEmotion>? TakeTexts(BodyFields fields, ApiOptions options, InputLimits limits)
    {
        if (fields.Has(Text))
        {
            fields.Errors.Add(Text, "is there together with texts: send one of the two.");
        }

        fields.Take(Text, JsonValueKind.String, required: false);
        if (fields.Take(Texts, JsonValueKind.Array, required: true) is not { } texts)
        {
            return null;
        }

        var count = texts.GetArrayLength();
        if (count is 0 || count > options.TextsMax)
        {
            fields.Errors.Add(Texts, $"has {count} elements: send 1 to {options.TextsMax} (Api:TextsMax).");
            return null;
        }

        return [.. texts.EnumerateArray().Select((text, index) => Check(text, $"{Texts}[{index}]", fields, limits)).OfType<AnalyzeEmotion>()];
    }

    private static AnalyzeEmotion? Check(JsonElement text, string path, BodyFields fields, InputLimits limits)
    {
        if (text.ValueKind is not JsonValueKind.String)
        {
            fields.Errors.Add(path, JsonWords.Mismatch(text, "a string"));
            return null;
        }

        var input = new AnalyzeEmotion { Text = text.GetString()! };
        foreach (var problem in input.Validate(limits))
        {
            fields.Errors.Add(path, problem.Message);
        }

        return input;
    }
}
