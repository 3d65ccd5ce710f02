using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Documents;

/// <summary><c>/api/documents/{id}/text</c> and <c>/chunks</c>: what was made of a document, read back.</summary>
internal static class DocumentContents
{
    private const string After = "after";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/documents/{id}/text", TextAsync).Describe(DocumentsDocs.Text);
        api.MapGet("/documents/{id}/chunks", ChunksAsync).Describe(DocumentsDocs.Chunks);
    }

    private static Task<IResult> TextAsync(string id, HttpContext context, DocumentStore store) => JobIds.UseAsync(
        id,
        async documentId => await store.TextAsync(context.ClientId(), documentId, context.RequestAborted) is { } document
            ? Results.Json(
                new DocumentTextResource { Id = documentId, Title = document.Title, Format = document.Format, Text = document.Text },
                ApiJson.Wire.DocumentTextResource)
            : DocumentAnswers.NotFound(documentId));

    private static Task<IResult> ChunksAsync(string id, HttpContext context, DocumentStore store, IOptions<ApiOptions> options) => JobIds.UseAsync(id, async documentId =>
    {
        InputErrors errors = new();
        QueryParameters.RefuseUnknown(context.Request.Query, errors, After, PageQuery.LimitName);
        var after = ReadAfter(context.Request.Query, errors);
        var limit = PageQuery.ReadLimit(context.Request.Query, options.Value.PageLengthMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        // One more than asked for tells whether there is a next page.
        var found = await store.ChunksAsync(context.ClientId(), documentId, after ?? -1, limit + 1, context.RequestAborted);
        if (found.Count is 0 && await store.FindAsync(context.ClientId(), documentId, context.RequestAborted) is null)
        {
            return DocumentAnswers.NotFound(documentId);
        }

        ChunkResource[] page = [.. found.Take(limit).Select(chunk => new ChunkResource(chunk.Ordinal, chunk.Text, chunk.Tokens))];
        PageLinks links = new(PathOf(documentId, after, limit), found.Count > limit ? PathOf(documentId, page[^1].Chunk, limit) : null);
        return Results.Json(new ChunkPageResource(page, links), ApiJson.Wire.ChunkPageResource);
    });

    private static string PathOf(Guid id, int? after, int limit) => string.Create(
        CultureInfo.InvariantCulture, $"{DocumentLinks.PathOf(id)}/chunks?{(after is { } place ? $"{After}={place}&" : "")}{PageQuery.LimitName}={limit}");

    private static int? ReadAfter(IQueryCollection query, InputErrors errors)
    {
        if (QueryParameters.Single(query, After, errors) is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place))
        {
            errors.Add(After, $"is \"{text}\": send a whole number from 0 to {int.MaxValue}.");
        }

        return place;
    }
}
