using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Core.Encryption;
using Pipeline.Core.Files;

namespace Pipeline.Api.OpenAi.Files;

/// <summary><c>/v1/files</c>: what batches are made of, and what they leave.</summary>
internal static class FilesEndpoints
{
    private const string Order = "order";
    private const string Purpose = "purpose";

    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/files", (HttpContext context, FileUploads uploads) => uploads.UploadAsync(context)).Describe(FilesDocs.Upload);
        v1.MapGet("/files", ListAsync).Describe(FilesDocs.List);
        v1.MapGet("/files/{id}", FindAsync).Describe(FilesDocs.Find);
        v1.MapGet("/files/{id}/content", ReadAsync).Describe(FilesDocs.Content);
        v1.MapDelete("/files/{id}", DeleteAsync).Describe(FilesDocs.Delete);
    }

    private static async Task<IResult> ListAsync(HttpContext context, FileStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = context.Request.Query;
        var page = OpenAiPage.Read(query, OpenAiIds.File, options.Value.PageLengthMax, errors, Order, Purpose);
        var order = QueryParameters.Choice(Order, QueryParameters.Single(query, Order, errors), ["asc", "desc"], errors);
        var purpose = QueryParameters.Single(query, Purpose, errors);
        return errors.Any
            ? errors.ToProblem()
            : Results.Json(
                FilePage.Of(await store.ListAsync(context.ClientId(), purpose, page.After, order is "asc", page.Sought, context.RequestAborted), page.Limit),
                FilesJson.Wire.FilePage);
    }

    private static Task<IResult> FindAsync(string id, HttpContext context, FileStore store) =>
        UseAsync(id, context, store, file => Results.Json(FileResource.Of(file), FilesJson.Wire.FileResource));

    private static Task<IResult> ReadAsync(string id, HttpContext context, FileStore store) =>
        UseAsync(id, context, store, file => new FileDownload(store, file));

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, FileStore store) =>
        OpenAiIds.Parse(OpenAiIds.File, id) is { } fileId && await store.DeleteAsync(context.ClientId(), fileId, context.RequestAborted)
            ? Results.Json(new FileDeleted(id), FilesJson.Wire.FileDeleted)
            : NotFound(id);

    private static async Task<IResult> UseAsync(string id, HttpContext context, FileStore store, Func<StoredFile, IResult> use) =>
        OpenAiIds.Parse(OpenAiIds.File, id) is { } fileId && await store.FindAsync(context.ClientId(), fileId, context.RequestAborted) is { } file
            ? use(file)
            : NotFound(id);

    private static Problem NotFound(string id) =>
        new(ProblemType.FileNotFound, $"File {id} does not exist, has expired, or belongs to another API key. GET /v1/files lists yours.");
}

/// <summary>
/// The bytes of a file, piece by piece. So many of one client at once: each reads ahead of its reader until the buffers on the way are full,
/// also for one that takes nothing.
/// </summary>
internal sealed class FileDownload(FileStore store, StoredFile file) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var places = httpContext.RequestServices.GetRequiredService<UploadSlots>().Bodies;
        if (places.Enter(httpContext.ClientId()) is { } full)
        {
            await full.ExecuteAsync(httpContext);
            return;
        }

        try
        {
            await SendAsync(httpContext);
        }
        finally
        {
            places.Leave(httpContext.ClientId());
        }
    }

    private async Task SendAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = file.Bytes;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.Filename);
        response.Headers.ContentDisposition = disposition.ToString();
        await using var content = new StoredFileStream(store, file);
        try
        {
            await content.CopyToAsync(response.Body, FileWriter.ChunkBytes, httpContext.RequestAborted);
        }
        catch (Exception e) when (e is FileGoneException || (e is UndecryptableException && response.HasStarted))
        {
            httpContext.Abort(); // Its length was promised: a connection that breaks is not taken for a file that is whole.
        }
    }
}
