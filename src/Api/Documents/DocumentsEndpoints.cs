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
        api.MapGet("/documents", ListAsync).Describe(DocumentsDocs.List);
        api.MapGet("/documents/{id}", FindAsync).Describe(DocumentsDocs.Find);
        api.MapDelete("/documents/{id}", DeleteAsync).Describe(DocumentsDocs.Delete);
    }

    private static async Task<IResult> SubmitAsync(
        HttpContext context,
        JobSubmissions submissions,
        DocumentStore documents,
        DocumentAnswers answers,
        IOptions<ApiOptions> options,
        IOptions<DocumentOptions> bounds,
        TimeProvider time)
    {
        // Requests that arrive together may exceed it by as many as they are.
        var count = await documents.CountAsync(context.ClientId(), context.RequestAborted);
        return count >= bounds.Value.PerClientMax
            ? new Problem(
                ProblemType.DocumentsFull,
                $"You have {count} documents; Documents:PerClientMax is {bounds.Value.PerClientMax}. Delete some, or raise the limit.")
            : await submissions.SubmitAsync(
                context, fields => DocumentDraft.Parse(fields, options.Value, bounds.Value, time.GetUtcNow(), context.RequestAborted), answers.AnswerAsync);
    }

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
