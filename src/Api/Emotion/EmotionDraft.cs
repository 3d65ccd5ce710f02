using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;

namespace Pipeline.Api.Emotion;

/// <summary>Reads <c>{"text"}</c> or <c>{"texts":[…]}</c>: one job a text.</summary>
internal static class EmotionDraft
{
    public static JobDraft? Parse(BodyFields fields, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        var (texts, isList) = TextFields.Take(fields, options.TextsMax, "Api:TextsMax", limits);
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        return texts is null
            ? null
            : new JobDraft
            {
                Kind = JobCatalog.Get(AnalyzeEmotion.Kind),
                Inputs = [.. texts.Select(text => new AnalyzeEmotion { Text = text })],
                IsList = isList,
                Priority = priority,
                ExpiresAt = expiresAt,
            };
    }
}
