using System.ComponentModel;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;

namespace Pipeline.Api.Embeddings;

/// <summary>
/// Reads <c>{"text"}</c> or <c>{"texts":[…]}</c>, and <c>dimensions</c>: one job for every <see cref="EmbedTexts.TextsMax"/> texts. A worker packs
/// texts of all its jobs into one pass, so larger jobs would gain nothing, and several workers share the jobs of a request.
/// </summary>
internal static class EmbeddingsBody
{
    private const string Dimensions = "dimensions";

    public static KindBody Body { get; } = new(typeof(EmbeddingTexts), (fields, request) => Task.FromResult(Parse(fields, request.Options, request.Limits, request.Now)));

    private static JobDraft? Parse(BodyFields fields, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        var (texts, isList) = TextFields.Take(fields, options.EmbeddingTextsMax, "Api:EmbeddingTextsMax", limits);
        var dimensions = fields.TakeInteger(Dimensions);
        if (dimensions < 1)
        {
            fields.Errors.Add(Dimensions, $"is {dimensions}: send 1 or more.");
        }

        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        return texts is null
            ? null
            : new JobDraft
            {
                Kind = EmbedTexts.Descriptor,
                Inputs = [.. texts.Chunk(EmbedTexts.TextsMax).Select(part => new EmbedTexts { Texts = part, Dimensions = dimensions })],
                IsList = isList,
                Priority = priority,
                ExpiresAt = expiresAt,
            };
    }
}

/// <summary>What the path takes instead of the texts of one job.</summary>
[Description("Exactly one of text and texts.")]
internal sealed record EmbeddingTexts
{
    [Description("The text, at most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public string? Text { get; init; }

    [Description("1 to Api:EmbeddingTextsMax (2,048) texts.")]
    public IReadOnlyList<string>? Texts { get; init; }
}
