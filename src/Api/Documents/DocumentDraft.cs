using System.Text;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Documents.Files;
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

    /// <param name="file">What was read of the file that came with the request; null: the text is among the fields.</param>
    /// <param name="key">The client's own name of the document; null: it has none.</param>
    public static JobDraft? Parse(
        BodyFields fields, FileText? file, string? key, ApiOptions options, DocumentOptions documents, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var format = TakeFormat(fields, file);
        var content = TakeText(fields, file, format, documents, cancellationToken);
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
            DocumentField = FieldOf(file),
            Document = new() { Id = id, Key = key, Title = Cut(title), Format = format, MetadataJson = metadata, Text = content.Value.Text },
        };
    }

    private static string FieldOf(FileText? file) => file is null ? "text" : UploadReader.File;

    private static string TakeFormat(BodyFields fields, FileText? file)
    {
        var wanted = fields.Take("format", JsonValueKind.String, required: false)?.GetString();
        if (file is not null)
        {
            return file.Format; // Reading it has checked what was wanted.
        }

        if (wanted is not null && !DocumentFormat.Texts.Contains(wanted))
        {
            fields.Errors.Add("format", $"is \"{wanted}\": send one of {string.Join(", ", DocumentFormat.Texts)}. Other formats are sent as files, with multipart/form-data or as the body itself.");
        }

        return wanted ?? DocumentFormat.Text;
    }

    private static (string Text, string? Title)? TakeText(
        BodyFields fields, FileText? file, string format, DocumentOptions options, CancellationToken cancellationToken)
    {
        var field = FieldOf(file);
        var given = fields.Take("text", JsonValueKind.String, required: file is null)?.GetString();
        if (file is not null && given is not null)
        {
            fields.Errors.Add("text", "cannot be used together with file: send one of the two.");
        }

        if ((file?.Text ?? given) is not { } sent)
        {
            return null;
        }

        // A text as long as this in UTF-16 is longer in UTF-8: nothing is done with it but count.
        var isPage = format is DocumentFormat.Html;
        if (!isPage && sent.Length > options.BytesMax)
        {
            return TooLarge(fields, field, Encoding.UTF8.GetByteCount(sent), options);
        }

        var read = Read(sent, file is { IsRaw: false } ? DocumentFormat.Text : format, options, cancellationToken);
        var (text, problem) = read.Problem is null ? ComposedText.Of(read.Text) : (null, read.Problem);
        if (text is null)
        {
            fields.Errors.Add(field, problem!);
            return null;
        }

        if (VisibleText.IsBlank(text))
        {
            fields.Errors.Add(field, isPage ? "has no words: send a page with some." : "is empty, or has nothing that can be seen: send a text.");
            return null;
        }

        return Encoding.UTF8.GetByteCount(text) is var bytes && bytes > options.BytesMax
            ? TooLarge(fields, field, bytes, options)
            : (text, ComposedText.Of(read.Title ?? file?.Title ?? "").Text is { Length: > 0 } title ? title : null);
    }

    private static HtmlReading Read(string sent, string format, DocumentOptions options, CancellationToken cancellationToken)
    {
        if (format is DocumentFormat.Csv)
        {
            var (text, problem) = CsvText.Read(sent, options.BytesMax, cancellationToken);
            return new(text, null, problem);
        }

        return format is DocumentFormat.Html ? HtmlText.Read(sent, options.BytesMax, cancellationToken) : new(sent, null, null);
    }

    private static (string Text, string? Title)? TooLarge(BodyFields fields, string field, int bytes, DocumentOptions options)
    {
        fields.Errors.Add(field, $"has {bytes} bytes; at most {options.BytesMax} are accepted (Documents:BytesMax). Split the document.");
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
