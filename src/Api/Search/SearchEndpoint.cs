using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;
using Pipeline.Core.Limits;
using Pipeline.Core.Search;

namespace Pipeline.Api.Search;

/// <summary><c>POST /api/search</c>: the chunks of a client's documents that answer a query best.</summary>
internal static class SearchEndpoint
{
    private const int ResultsDefault = 10;

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/search", SearchAsync).Describe(SearchDocs.Search);

    private static async Task<IResult> SearchAsync(
        HttpContext context, BodyReader bodies, Searches searches, IOptions<SearchOptions> options, IOptions<DocumentOptions> documents)
    {
        var reading = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (reading.Root is not { } root)
        {
            return reading.Problem!;
        }

        if (root.ValueKind is not JsonValueKind.Object)
        {
            return Problem.Of(ProblemType.InvalidInput, "body", JsonWords.Mismatch(root, "an object"));
        }

        var errors = new InputErrors();
        var fields = new BodyFields(root, errors);
        var limit = new ResultLimit(Math.Min(ResultsDefault, options.Value.ResultsMax), options.Value.ResultsMax, "Search:ResultsMax");
        var query = SearchDraft.Parse(fields, "query", context.ClientId(), limit, options.Value, documents.Value);
        var mode = SearchDraft.TakeMode(fields);
        var user = UserTag.Take(fields);
        var perDocument = SearchDraft.TakePerDocument(fields, limit);
        fields.RefuseUnknown();
        if (errors.Any || query is null)
        {
            return errors.ToProblem();
        }

        var findings = await searches.FindAsync(query with { Mode = mode, PerDocument = perDocument, UserId = user }, context.Client().Limits, context.RequestAborted);
        return Results.Json(SearchResource.Of(findings, mode), ApiJson.Wire.SearchResource);
    }
}

/// <summary>A query from its text to what was found.</summary>
internal sealed class Searches(QueryEmbedder embedder, HybridSearch search, IOptions<SearchOptions> options)
{
    public async Task<Findings> FindAsync(SearchQuery query, ClientLimits limits, CancellationToken cancellationToken)
    {
        var foreign = query.Mode is SearchMode.Hybrid ? options.Value.ForeignLanguage(query.Text) : null;
        var embedded = query.Mode is SearchMode.Words || foreign is not null ? null : await embedder.EmbedAsync(query, limits, cancellationToken);
        var found = await search.SearchAsync(query, embedded?.Vector, cancellationToken);
        return new(found.Chunks, embedded?.Model, found.IsCut) { JobId = embedded?.JobId, ForeignLanguage = foreign };
    }
}

/// <param name="Chunks">The best first.</param>
/// <param name="Model">The model that told the query's meaning; null where only words were compared.</param>
/// <param name="IsCut">Whether a word stands in more chunks than were compared.</param>
internal sealed record Findings(IReadOnlyList<FoundChunk> Chunks, string? Model, bool IsCut)
{
    /// <summary>The job that embedded the query.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The query's, where the embedding model was not made for it.</summary>
    public string? ForeignLanguage { get; init; }
}
