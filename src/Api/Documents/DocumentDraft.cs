using System.Text;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Documents.Html;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Contracts.Unicode;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Documents;

/// <summary>Reads a document and the job that embeds it, which has the same id.</summary>
internal static class DocumentDraft
{
    private const int TitleLengthMax = 500;

    public static JobDraft? Parse(BodyFields fields, ApiOptions options, DocumentOptions documents, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var format = TakeFormat(fields);
        var content = TakeText(fields, format, documents, cancellationToken);
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

    private static (string Text, string? Title)? TakeText(BodyFields fields, string format, DocumentOptions options, CancellationToken cancellationToken)
    {
        if (fields.Take("text", JsonValueKind.String, required: true)?.GetString() is not { } sent)
        {
            return null;
        }

        // A text as long as this in UTF-16 is longer in UTF-8: nothing is done with it but count.
        var isPage = format is DocumentFormat.Html;
        if (!isPage && sent.Length > options.BytesMax)
        {
            return TooLarge(fields, Encoding.UTF8.GetByteCount(sent), options);
        }

        var read = isPage ? HtmlText.Read(sent, options.BytesMax, cancellationToken) : new(sent, null, null);
        var (text, problem) = read.Problem is null ? ComposedText.Of(read.Text) : (null, read.Problem);
        if (text is null)
        {
            fields.Errors.Add("text", problem!);
            return null;
        }

        if (VisibleText.IsBlank(text))
        {
            fields.Errors.Add("text", isPage ? "has no words: send a page with some." : "is empty, or has nothing that can be seen: send a text.");
            return null;
        }

        return Encoding.UTF8.GetByteCount(text) is var bytes && bytes > options.BytesMax
            ? TooLarge(fields, bytes, options)
            : (text, ComposedText.Of(read.Title ?? "").Text is { Length: > 0 } title ? title : null);
    }

    private static (string Text, string? Title)? TooLarge(BodyFields fields, int bytes, DocumentOptions options)
    {
        fields.Errors.Add("text", $"has {bytes} bytes; at most {options.BytesMax} are accepted (Documents:BytesMax). Split the document.");
        return null;
    }

    private static string? TakeTitle(BodyFields fields)
    {
        var title = fields.Take("title", JsonValueKind.String, required: false)?.GetString();
        if (title?.Length > TitleLengthMax)
        {
            fields.Errors.Add("title", $"has {title.Length} characters; at most {TitleLengthMax} are accepted.");
        }

        return VisibleText.IsBlank(title) ? null : title;
    }

    /// <summary>That of a page may be of any length.</summary>
    private static string? Cut(string? title) => title?.Length > TitleLengthMax
        ? title[..(char.IsHighSurrogate(title[TitleLengthMax - 1]) ? TitleLengthMax - 1 : TitleLengthMax)]
        : title;
}
