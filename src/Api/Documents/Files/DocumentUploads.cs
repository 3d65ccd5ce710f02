using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Documents.Files;

/// <summary>What is done with a request that brings a file: it is on disk while it arrives and is read, and gone before its text is stored.</summary>
internal sealed class DocumentUploads(UploadReader requests, FileReader files, UploadSlots slots, SpoolRoom disk, IOptions<ApiOptions> options)
{
    /// <param name="submit">Goes on with the fields beside the file, and with its text; without that the text is among the fields.</param>
    public async Task<IResult> ReadAsync(HttpContext context, Func<JsonElement, FileText?, Task<IResult>> submit)
    {
        var clientId = context.ClientId();
        if (slots.Documents.Enter(clientId) is { } full)
        {
            return full;
        }

        Upload? upload;
        FileText? text = null;
        try
        {
            (upload, text, var problem) = await ReadAsync(context, clientId);
            if (upload is null || problem is not null)
            {
                return problem!;
            }
        }
        catch (SpoolException refused)
        {
            return refused.Problem;
        }
        finally
        {
            slots.Documents.Leave(clientId);
        }

        return await submit(upload.Root, text);
    }

    private async Task<(Upload? Upload, FileText? Text, Problem? Problem)> ReadAsync(HttpContext context, Guid clientId)
    {
        await using var file = UploadFile.Open(options.Value.BatchSpoolDirectory, disk.Begin(clientId));
        var (upload, problem) = await requests.ReadAsync(context.Request, file, context.RequestAborted);
        if (upload is not { HasFile: true })
        {
            return (upload, null, problem);
        }

        var (text, unreadable) = await files.ReadAsync(clientId, file, upload.Label, context.RequestAborted);
        return (upload, text, unreadable);
    }
}

internal static class DocumentUploadRegistration
{
    public static IServiceCollection AddDocumentUploads(this IServiceCollection services) => services
        .AddValidated<ReaderProcessOptions, ReaderProcessOptionsValidator>(ReaderProcessOptions.Section)
        .AddSingleton<DocumentAnswers>()
        .AddSingleton<DocumentSubmissions>()
        .AddSingleton<DocumentUploads>()
        .AddSingleton<UploadReader>()
        .AddSingleton<FileReader>()
        .AddSingleton<FileProblems>()
        .AddSingleton<ReaderTurns>()
        .AddSingleton<ReaderProcess>();
}
