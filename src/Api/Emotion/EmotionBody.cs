using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;

namespace Pipeline.Api.Emotion;

/// <summary>Reads <c>{"text"}</c> or <c>{"texts":[…]}</c>: one job a text.</summary>
internal static class EmotionBody
{
    public static KindBody Body { get; } = new(typeof(EmotionTexts), (fields, request) => Task.FromResult(Parse(fields, request.Options, request.Limits, request.Now)));

    private static JobDraft? Parse(BodyFields fields, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        var (texts, isList) = TextFields.Take(fields, options.TextsMax, "Api:TextsMax", limits);
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        var model = fields.Take("model", JsonValueKind.String, required: false)?.GetString();
        var spans = fields.TakeBoolean("spans") ?? false;
        return texts is null
            ? null
            : new JobDraft
            {
                Kind = AnalyzeEmotion.Descriptor,
                Inputs = [.. texts.Select(text => new AnalyzeEmotion { Text = text, Spans = spans, Model = model })],
                IsList = isList,
                Priority = priority,
                ExpiresAt = expiresAt,
            };
    }
}

/// <summary>What the path takes instead of the input of one job.</summary>
[Description("Exactly one of text and texts.")]
internal sealed record EmotionTexts
{
    [Description("The text, at most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public string? Text { get; init; }

    [Description("1 to Api:TextsMax (256) texts.")]
    public IReadOnlyList<string>? Texts { get; init; }

    [Description("Whether results have spans: the pieces in which a text was scored. Default false.")]
    public bool? Spans { get; init; }

    [Description(IModelChoice.Description)]
    public string? Model { get; init; }
}
