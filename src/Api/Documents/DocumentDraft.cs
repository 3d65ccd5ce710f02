using System.Text;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Documents;

/// <summary>Reads a document and the job that embeds it, which has the same id.</summary>
internal static class DocumentDraft
{
    private const int TitleLengthMax = 500;

    public static JobDraft? Parse(BodyFields fields, ApiOptions options, DocumentOptions documents, DateTimeOffset now)
    {
        var format = TakeFormat(fields);
        var content = TakeText(fields, format, documents);
        var title = TakeTitle(fields) ?? content?.Title;
        var metadata = fields.Take("metadata", JsonValueKind.Object, required: false) is { } value
            ? MetadataRules.Read(value, "metadata", documents.MetadataBytesMax, fields.Errors)
            : MetadataRules.Empty;
        var priority = CommonFields.TakePriority(fields, JobPriority.Bulk);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        if (content is null || metadata is null)
        {
            return null;
        }

        var id = Guid.CreateVersion7(now);
        return new JobDraft
        {
            Kind = EmbedDocument.Descriptor,
            Inputs = [new EmbedDocument { DocumentId = id }],
            IsList = false,
            Priority = priority,
            ExpiresAt = expiresAt,
            // The job names the document by an id that differs in every repeat.
            Identity = JsonSerializer.Serialize([title ?? "", format, metadata, content.Value.Text], ApiJson.Default.StringArray),
            Document = new() { Id = id, Title = Cut(title), Format = format, MetadataJson = metadata, Text = content.Value.Text },
        };
    }

    private static string TakeFormat(BodyFields fields)
    {
        if (fields.Take("format", JsonValueKind.String, required: false)?.GetString() is not { } format)
        {
            return DocumentFormat.Text;
        }

        if (!DocumentFormat.All.Contains(format))
        {
            fields.Errors.Add("format", $"is \"{format}\": send one of {string.Join(", ", DocumentFormat.All)}. Other formats have to be turned into one of these first.");
        }

        return format;
    }

    private static (string Text, string? Title)? TakeText(BodyFields fields, string format, DocumentOptions options)
    {
        if (fields.Take("text", JsonValueKind.String, required: true)?.GetString() is not { } sent)
        {
            return null;
        }

        // One form of every character: a decomposed Hangul syllable would not be found by a composed one.
        var normal = sent.Normalize(NormalizationForm.FormC);
        var content = format is DocumentFormat.Html ? HtmlText.Read(normal) : (Text: normal, Title: null);
        if (string.IsNullOrWhiteSpace(content.Text))
        {
            fields.Errors.Add("text", format is DocumentFormat.Html ? "has no words: send a page with some." : "is empty or only white space: send a text.");
            return null;
        }

        if (Encoding.UTF8.GetByteCount(content.Text) is var bytes && bytes > options.BytesMax)
        {
            fields.Errors.Add("text", $"has {bytes} bytes; at most {options.BytesMax} are accepted (Documents:BytesMax). Split the document.");
            return null;
        }

        return content;
    }

    private static string? TakeTitle(BodyFields fields)
    {
        var title = fields.Take("title", JsonValueKind.String, required: false)?.GetString();
        if (title?.Length > TitleLengthMax)
        {
            fields.Errors.Add("title", $"has {title.Length} characters; at most {TitleLengthMax} are accepted.");
        }

        return string.IsNullOrWhiteSpace(title) ? null : title;
    }

    /// <summary>That of a page may be of any length.</summary>
    private static string? Cut(string? title) => title?.Length > TitleLengthMax
        ? title[..(char.IsHighSurrogate(title[TitleLengthMax - 1]) ? TitleLengthMax - 1 : TitleLengthMax)]
        : title;
}
