using Pipeline.Core.Search;

namespace Pipeline.Api.Search;

/// <summary>A query from its text to what was found.</summary>
internal sealed class Searches(QueryEmbedder embedder, HybridSearch search)
{
    public async Task<Findings> FindAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var embedded = query.Mode is SearchMode.Words ? null : await embedder.EmbedAsync(query.ClientId, query.Text, cancellationToken);
        return new(await search.SearchAsync(query, embedded?.Vector, cancellationToken), embedded?.Model);
    }
}

/// <param name="Chunks">The best first.</param>
/// <param name="Model">The model that told the query's meaning; null where only words were compared.</param>
internal sealed record Findings(IReadOnlyList<FoundChunk> Chunks, string? Model);
