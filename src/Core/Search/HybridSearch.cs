using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Core.Search;

/// <summary>
/// Finds chunks by meaning and by words, and joins both lists by their ranks (reciprocal rank fusion): scores of a cosine
/// and of a text rank cannot be compared, places in a list can.
/// </summary>
public sealed class HybridSearch(NpgsqlDataSource dataSource, VectorSearch vectors, IOptions<SearchOptions> options)
{
    // As in the paper that proposed it (Cormack, Clarke, Büttcher 2009): the first places count more, but not all.
    private const double RankOffset = 60;

    // Each list is longer than the answer: a chunk in the middle of both can come before the first of one.
    private const int CandidatesFactor = 4;
    private const int CandidatesMin = 50;
    private const int CandidatesMax = 1_000;

    /// <param name="query">What is looked for.</param>
    /// <param name="vector">The text's meaning; null where no worker tells it, and then only words are compared.</param>
    /// <param name="cancellationToken">Frees the caller at once.</param>
    public async Task<IReadOnlyList<FoundChunk>> SearchAsync(SearchQuery query, QueryVector? vector, CancellationToken cancellationToken)
    {
        var candidates = Math.Clamp(query.Limit * CandidatesFactor, CandidatesMin, CandidatesMax);
        var near = vector is { } meaning && query.Mode is not SearchMode.Words
            ? vectors.SearchAsync(new(query.ClientId, meaning.ModelId, meaning.Vector, candidates, query.FilterJson), cancellationToken)
            : Task.FromResult<IReadOnlyList<Neighbour>>([]);
        var worded = query.Mode is not SearchMode.Vectors ? FindWordsAsync(query, candidates, cancellationToken) : Task.FromResult<IReadOnlyList<long>>([]);
        var similarities = (await near).ToDictionary(neighbour => neighbour.ChunkId, neighbour => neighbour.Similarity);
        var ranked = Fuse([.. (await near).Select(neighbour => neighbour.ChunkId)], await worded);
        var chunks = await ReadAsync(query.ClientId, [.. ranked.Select(chunk => chunk.Id)], cancellationToken);
        return [.. ranked
            .Where(chunk => chunks.ContainsKey(chunk.Id))
            .Take(query.Limit)
            .Select(chunk => new FoundChunk(chunks[chunk.Id], chunk.Score, similarities.TryGetValue(chunk.Id, out var similarity) ? similarity : null))];
    }

    /// <summary>The best first, equals by their id.</summary>
    internal static IReadOnlyList<(long Id, double Score)> Fuse(params IReadOnlyList<long>[] lists) =>
        [.. lists.SelectMany(list => list.Select((id, rank) => (Id: id, Score: 1 / (RankOffset + rank + 1))))
            .GroupBy(place => place.Id)
            .Select(places => (Id: places.Key, Score: places.Sum(place => place.Score)))
            .OrderByDescending(chunk => chunk.Score)
            .ThenBy(chunk => chunk.Id)];

    private async Task<IReadOnlyList<long>> FindWordsAsync(SearchQuery query, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<long>(new CommandDefinition(
            SearchSql.Words,
            new
            {
                query.ClientId,
                query.Text,
                Grams = SearchTerms.Of(query.Text).ToArray(),
                Filter = query.FilterJson,
                CandidatesMax = options.Value.WordCandidatesMax,
                Limit = limit,
            },
            cancellationToken: cancellationToken))).AsList();
    }

    private async Task<Dictionary<long, StoredChunk>> ReadAsync(Guid clientId, long[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StoredChunk>(new CommandDefinition(
            SearchSql.Read, new { ClientId = clientId, Ids = ids }, cancellationToken: cancellationToken))).ToDictionary(chunk => chunk.Id);
    }
}
