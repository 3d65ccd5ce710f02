using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Clients;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Core.Files;

namespace Pipeline.Api.OpenAi.Files;

/// <summary>
/// The way of <c>POST /v1/files</c>: the form is read part by part, and the file written while it arrives. Clients may send the fields behind
/// the file, so what is wrong with them may be known only when it is there; it is taken away again then.
/// </summary>
internal sealed class FileUploads(FileStore files, UploadSlots slots, IOptions<StoredFileOptions> options, TimeProvider time)
{
    private const string Remedy = "Send multipart/form-data with file and purpose, as OpenAI's clients do.";
    private const int BoundaryLengthMax = 200;
    private const int PartsMax = 16;

    private readonly StoredFileOptions _options = options.Value;

    public async Task<IResult> UploadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is not { Length: > 0 and <= BoundaryLengthMax } boundary)
        {
            return Problem.Of(ProblemType.MediaType, "Content-Type", $"is {(string.IsNullOrEmpty(request.ContentType) ? "missing" : request.ContentType)}. {Remedy}");
        }

        if (await FullAsync(context.ClientId(), request.ContentLength ?? 0, context.RequestAborted) is { } full)
        {
            return OpenAiConflict.Of(context, full);
        }

        if (slots.Bodies.Enter(context.ClientId()) is { } busy)
        {
            return busy;
        }

        try
        {
            return await WriteAsync(context, boundary);
        }
        finally
        {
            slots.Bodies.Leave(context.ClientId());
        }
    }

    private async Task<IResult> WriteAsync(HttpContext context, string boundary)
    {
        // The writer bounds what is kept; Kestrel's own bound would reset the connection of a larger body in its middle.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = null;
        }

        await using var writer = new FileWriter(files, Guid.CreateVersion7(time.GetUtcNow()));
        try
        {
            return await ReadAsync(context, new MultipartReader(boundary, context.Request.Body), writer);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException && !context.RequestAborted.IsCancellationRequested)
        {
            return Problem.Of(ProblemType.InvalidInput, "body", $"is no whole multipart/form-data. {Remedy}");
        }
    }

    private async Task<IResult> ReadAsync(HttpContext context, MultipartReader parts, FileWriter writer)
    {
        var errors = new InputErrors();
        var form = new FileFormFields(_options, errors);
        for (var count = 0; await parts.ReadNextSectionAsync(context.RequestAborted) is { } part; count++)
        {
            if (count == PartsMax)
            {
                errors.Add("body", $"has more than {PartsMax} parts. {Remedy}");
                break;
            }

            if (part.GetContentDispositionHeader() is not { } disposition || !disposition.IsFormDisposition() && !disposition.IsFileDisposition())
            {
                errors.Add("body", $"has a part without a name. {Remedy}");
            }
            else if (HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not FileFormFields.File and var name)
            {
                await form.TakeAsync(name, part.Body, context.RequestAborted);
            }
            else if (form.TakeFile(disposition) && !await CopyAsync(part.Body, writer, context.RequestAborted))
            {
                return new Problem(
                    ProblemType.BodyTooLarge, $"The file has more than the {_options.BytesMax} bytes that are read. Send several files, or raise Files:BytesMax.");
            }
        }

        form.Complete(writer.Bytes);
        return errors.Any ? errors.ToProblem() : await KeepAsync(context, form, writer);
    }

    private async Task<IResult> KeepAsync(HttpContext context, FileFormFields form, FileWriter writer)
    {
        // Again, as other uploads may have ended meanwhile and few clients tell the length before.
        if (await FullAsync(context.ClientId(), writer.Bytes, context.RequestAborted) is { } full)
        {
            return OpenAiConflict.Of(context, full);
        }

        await writer.CompleteAsync(context.RequestAborted);
        var now = time.GetUtcNow();
        var file = new StoredFile
        {
            Id = writer.FileId,
            ClientId = context.ClientId(),
            Purpose = form.Purpose!,
            Filename = form.Filename!,
            Bytes = writer.Bytes,
            CreatedAt = now,
            ExpiresAt = now + (form.Lifetime ?? _options.Lifetime),
        };
        await files.AddAsync(file, context.RequestAborted);
        writer.Keep();
        return Results.Json(FileResource.Of(file), FilesJson.Wire.FileResource);
    }

    /// <summary>False when it is too large.</summary>
    private async Task<bool> CopyAsync(Stream body, FileWriter writer, CancellationToken cancellationToken)
    {
        var buffer = new byte[FileWriter.ChunkBytes];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (writer.Bytes + read > _options.BytesMax)
            {
                return false;
            }

            await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return true;
    }

    private async Task<Problem?> FullAsync(Guid clientId, long bytes, CancellationToken cancellationToken)
    {
        var use = await files.UseAsync(clientId, cancellationToken);
        return use.Files >= _options.PerClientMax
                ? new(ProblemType.FilesFull, $"You have {use.Files} files; Files:PerClientMax is {_options.PerClientMax}. Delete some, or raise the limit.")
            : use.Bytes + bytes > _options.ClientBytesMax
                ? new(ProblemType.FilesFull, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Your files have {use.Bytes} bytes and this one {bytes}; Files:ClientBytesMax is {_options.ClientBytesMax}. Delete some, or raise the limit."))
            : null;
    }
}
