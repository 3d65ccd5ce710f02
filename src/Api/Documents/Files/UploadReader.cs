using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Documents.Files;

/// <summary>
/// Reads a request that brings a file: a form with the file and its fields in any order, or the file alone as the body, with the
/// fields in the query.
/// </summary>
internal sealed class UploadReader(IOptions<ApiOptions> api, IOptions<DocumentOptions> documents)
{
    public const string File = "file";

    private const string FormRemedy = "Send multipart/form-data with file, and title, metadata and others as fields.";
    private const int BoundaryLengthMax = 200;
    private const int PartsMax = 32;
    private const int NameLengthMax = 255;

    /// <summary>What a query may have beside the fields: others read it.</summary>
    private static readonly string[] Parameters = ["on_disconnect", "view"];

    private static readonly string[] Fields =
        ["title", "format", "metadata", CommonFields.Priority, CommonFields.ExpiresAt, CommonFields.Deadline, CommonFields.CallbackUrl, CommonFields.Cache, UserTag.Field];

    /// <summary>Whether the request brings something else than JSON; a wrong type of body that is meant as JSON is not for here.</summary>
    public static bool Takes(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && !type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
        && !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>The request's fields, once its file is in <paramref name="file"/>; or what is wrong with it.</summary>
    /// <exception cref="SpoolException">The disk does not take the file.</exception>
    public async Task<(Upload? Upload, Problem? Problem)> ReadAsync(HttpRequest request, UploadFile file, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return (null, Problem.Of(ProblemType.MediaType, "Content-Encoding", $"is {encoding}; compressed bodies are not read. Send the file as it is."));
        }

        // The file is bounded while it is written; Kestrel's own bound would reset the connection of a larger body in its middle.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = null;
        }

        if (request.ContentLength > (long)documents.Value.FileBytesMax + api.Value.BodyBytesMax)
        {
            return (null, TooLarge());
        }

        var type = MediaTypeHeaderValue.Parse(request.ContentType);
        UploadFields fields = new(api.Value.BodyDepthMax);
        try
        {
            return type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
                ? await ReadFormAsync(request, type, fields, file, cancellationToken)
                : await ReadBodyAsync(request, type, fields, file, cancellationToken);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException && !cancellationToken.IsCancellationRequested)
        {
            return (null, Problem.Of(ProblemType.InvalidInput, "body", $"does not come whole, or is no form. {FormRemedy}"));
        }
    }

    private async Task<(Upload? Upload, Problem? Problem)> ReadBodyAsync(
        HttpRequest request, MediaTypeHeaderValue type, UploadFields fields, UploadFile file, CancellationToken cancellationToken)
    {
        if (!FileTypes.Takes(type.MediaType.ToString()))
        {
            return (null, Problem.Of(ProblemType.MediaType, "Content-Type", $"is {request.ContentType}. {FileTypes.Remedy}"));
        }

        QueryParameters.RefuseUnknown(request.Query, fields.Errors, [.. Fields, "filename", .. Parameters]);
        foreach (var name in Fields)
        {
            if (QueryParameters.Single(request.Query, name, fields.Errors) is { } value)
            {
                fields.Add(name, value);
            }
        }

        var filename = QueryParameters.Single(request.Query, "filename", fields.Errors);
        CheckName(filename, fields.Errors);
        if (!await file.FillAsync(request.Body, documents.Value.FileBytesMax, cancellationToken))
        {
            return (null, TooLarge());
        }

        return Complete(fields, new(filename, type.MediaType.ToString(), Charset(type), fields.Format), hasFile: true, file);
    }

    private async Task<(Upload? Upload, Problem? Problem)> ReadFormAsync(
        HttpRequest request, MediaTypeHeaderValue type, UploadFields fields, UploadFile file, CancellationToken cancellationToken)
    {
        if (HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is not { Length: > 0 and <= BoundaryLengthMax } boundary)
        {
            return (null, Problem.Of(ProblemType.MediaType, "Content-Type", $"is {request.ContentType}. {FormRemedy}"));
        }

        FileLabel? label = null;
        var hasFile = false;
        var left = api.Value.BodyBytesMax;
        MultipartReader parts = new(boundary, request.Body);
        for (var count = 0; await parts.ReadNextSectionAsync(cancellationToken) is { } part; count++)
        {
            if (count == PartsMax)
            {
                return (null, Problem.Of(ProblemType.InvalidInput, "body", $"has more than {PartsMax} parts. {FormRemedy}"));
            }

            if (part.GetContentDispositionHeader() is not { } disposition || !(disposition.IsFormDisposition() || disposition.IsFileDisposition())
                || HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not { Length: > 0 and <= NameLengthMax } name)
            {
                return (null, Problem.Of(ProblemType.InvalidInput, "body", $"has a part without a name. {FormRemedy}"));
            }

            if (name is not File)
            {
                var text = await TextAsync(part.Body, left, cancellationToken);
                if (text is null)
                {
                    return (null, Problem.Of(ProblemType.InvalidInput, name, $"is not UTF-8, or the fields have more than {api.Value.BodyBytesMax} bytes (Api:BodyBytesMax)."));
                }

                left -= Encoding.UTF8.GetByteCount(text);
                fields.Add(name, text);
                continue;
            }

            if (label is not null)
            {
                return (null, Problem.Of(ProblemType.InvalidInput, File, "is there more than once: send one file."));
            }

            label = Label(part, disposition);
            CheckName(label.Name, fields.Errors);
            if (!await file.FillAsync(part.Body, documents.Value.FileBytesMax, cancellationToken))
            {
                return (null, TooLarge());
            }

            // A page sends the field of a file that nobody chose without a name and without bytes.
            hasFile = label.Name is not null || file.Bytes > 0;
        }

        return Complete(fields, (label ?? new(null, null, null, null)) with { Format = fields.Format }, hasFile, file);
    }

    private static (Upload? Upload, Problem? Problem) Complete(UploadFields fields, FileLabel label, bool hasFile, UploadFile file)
    {
        if (hasFile && file.Bytes is 0)
        {
            fields.Errors.Add(File, "is empty.");
        }

        var (root, problem) = fields.ToJson();
        return root is { } read ? (new(read, label, hasFile), null) : (null, problem);
    }

    private static FileLabel Label(MultipartSection part, ContentDispositionHeaderValue disposition)
    {
        var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar.ToString() : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
        return MediaTypeHeaderValue.TryParse(part.ContentType, out var type)
            ? new(name is { Length: > 0 } ? name : null, type.MediaType.ToString(), Charset(type), null)
            : new(name is { Length: > 0 } ? name : null, null, null, null);
    }

    private static void CheckName(string? name, InputErrors errors)
    {
        if (name is not null && (name.Length > NameLengthMax || name.Any(char.IsControl)))
        {
            errors.Add("filename", $"has more than {NameLengthMax} characters, or control characters.");
        }
    }

    private static string? Charset(MediaTypeHeaderValue type) => type.Charset.HasValue ? HeaderUtilities.RemoveQuotes(type.Charset).ToString() : null;

    private Problem TooLarge() => new(ProblemType.BodyTooLarge, string.Create(
        CultureInfo.InvariantCulture,
        $"The file has more than the {documents.Value.FileBytesMax} bytes that are read. Split it, or raise Documents:FileBytesMax."));

    /// <summary>Null where it is too long or not UTF-8.</summary>
    private static async Task<string?> TextAsync(Stream body, int bytesMax, CancellationToken cancellationToken)
    {
        using MemoryStream text = new();
        var chunk = new byte[4_096];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (text.Length + read > bytesMax)
            {
                return null;
            }

            text.Write(chunk, 0, read);
        }

        var bytes = text.GetBuffer().AsSpan(0, (int)text.Length);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }
}
