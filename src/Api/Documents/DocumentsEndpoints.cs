using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Documents;

/// <summary><c>/api/documents</c>: texts that are kept, cut, embedded and searched.</summary>
internal static class DocumentsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/documents", SubmitAsync).Describe(DocumentsDocs.Submit);
        api.MapPut("/documents/by-key/{key}", PutAsync).Describe(DocumentsDocs.Put);
        api.MapGet("/documents/by-key/{key}", FindByKeyAsync).Describe(DocumentsDocs.FindByKey);
        api.MapDelete("/documents/by-key/{key}", DeleteByKeyAsync).Describe(DocumentsDocs.DeleteByKey);
        api.MapGet("/documents", ListAsync).Describe(DocumentsDocs.List);
        api.MapGet("/documents/{id}", FindAsync).Describe(DocumentsDocs.Find);
        api.MapDelete("/documents/{id}", DeleteAsync).Describe(DocumentsDocs.Delete);
        DocumentContents.Map(api);
    }

    private static Task<IResult> SubmitAsync(HttpContext context, DocumentSubmissions submissions) => submissions.SubmitAsync(context, key: null);

    private static Task<IResult> PutAsync(string key, HttpContext context, DocumentSubmissions submissions) =>
        DocumentKeys.UseAsync(key, known => submissions.SubmitAsync(context, known));

    private static Task<IResult> FindByKeyAsync(string key, HttpContext context, DocumentStore store) => DocumentKeys.UseAsync(
        key,
        async known => await store.FindByKeyAsync(context.ClientId(), known, context.RequestAborted) is { } document
            ? DocumentAnswers.Json(DocumentResource.Of(document), StatusCodes.Status200OK)
            : DocumentKeys.NotFound(known));

    private static Task<IResult> DeleteByKeyAsync(string key, HttpContext context, DocumentStore store) =>
        DocumentKeys.UseAsync(key, async known =>
        {
            if (await store.FindByKeyAsync(context.ClientId(), known, context.RequestAborted) is not { } document)
            {
                return DocumentKeys.NotFound(known);
            }

            // Older ones first: none of them may come to be the one that is found.
            var older = await store.SupersededAsync(context.ClientId(), known, document.Id, all: true, context.RequestAborted);
            foreach (var id in (Guid[])[.. older, document.Id])
            {
                await store.DeleteAsync(context.ClientId(), id, context.RequestAborted);
            }

            return DocumentAnswers.Json(DocumentResource.Of(document) with { State = DocumentResource.Deleted }, StatusCodes.Status200OK);
        });

    private static async Task<IResult> ListAsync(HttpContext context, DocumentStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(context.ClientId(), query.Before, query.Sought, context.RequestAborted), DocumentResource.Of, document => document.Id);
        return Results.Json(new DocumentPageResource(page, links), ApiJson.Wire.DocumentPageResource);
    }

    private static Task<IResult> FindAsync(string id, HttpContext context, DocumentStore store) => JobIds.UseAsync(
        id,
        async documentId => await store.FindAsync(context.ClientId(), documentId, context.RequestAborted) is { } document
            ? DocumentAnswers.Json(DocumentResource.Of(document), StatusCodes.Status200OK)
            : DocumentAnswers.NotFound(documentId));

    private static Task<IResult> DeleteAsync(string id, HttpContext context, DocumentStore store, JobStore jobs) => JobIds.UseAsync(id, async documentId =>
    {
        if (await store.FindAsync(context.ClientId(), documentId, context.RequestAborted) is not { } document
            || !await store.DeleteAsync(context.ClientId(), documentId, context.RequestAborted))
        {
            return DocumentAnswers.NotFound(documentId);
        }

        // One that is done or gone refuses; it would find no document anyway.
        await jobs.CancelAsync(context.ClientId(), document.JobId, context.RequestAborted);
        return DocumentAnswers.Json(DocumentResource.Of(document) with { State = DocumentResource.Deleted }, StatusCodes.Status200OK);
    });
}
