using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>
/// Finds chunks by meaning and by words, and joins both lists by their ranks (reciprocal rank fusion): scores of a cosine
/// and of a text rank cannot be compared, places in a list can.
/// </summary>
public sealed class HybridSearch(NpgsqlDataSource dataSource, VectorSearch vectors, IOptions<SearchOptions> options)
{
    // Any word will do; the rank says how many there are and how often. A lexeme is quoted as the type tsquery reads it.
    // While a document is embedded anew, its chunks are those of the model that has finished.
    private const string Words = """
        with words as (
            select string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery as query
              from unnest(to_tsvector('english', @Text) || array_to_tsvector(@Grams::text[]))),
        candidates as (
            select c.id, c.document_id, c.model_id, c.terms from chunks c, words
             where c.client_id = @ClientId and c.terms @@ words.query
               and (@Filter::jsonb is null or c.document_id in (
                   select id from documents where client_id = @ClientId and metadata @> @Filter::jsonb))
             limit @CandidatesMax)
        select c.id from candidates c join documents d on d.id = c.document_id cross join words
         where c.model_id = coalesce(d.model_id, c.model_id)
         order by ts_rank(c.terms, words.query, 1) desc, c.id limit @Limit
        """;

    // Whatever an index in memory still holds, what was deleted is not found: this reads what there is.
    private const string Read = """
        select c.id, c.document_id as DocumentId, d.title, d.metadata::text, c.ordinal, c.text
          from chunks c join documents d on d.id = c.document_id
         where c.client_id = @ClientId and c.id = any(@Ids)
        """;

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

    private Task<IReadOnlyList<long>> FindWordsAsync(SearchQuery query, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<long>(
            Words,
            new
            {
                query.ClientId,
                query.Text,
                Grams = SearchTerms.Of(query.Text).ToArray(),
                Filter = query.FilterJson,
                CandidatesMax = options.Value.WordCandidatesMax,
                Limit = limit,
            },
            cancellationToken);

    private async Task<Dictionary<long, StoredChunk>> ReadAsync(Guid clientId, long[] ids, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<StoredChunk>(Read, new { ClientId = clientId, Ids = ids }, cancellationToken)).ToDictionary(chunk => chunk.Id);
}

internal static class SearchRegistration
{
    /// <summary>This process searches documents.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services) => services
        .AddValidated<SearchOptions, SearchOptionsValidator>(SearchOptions.Section)
        .AddSingleton<PgvectorIndex>()
        .AddHosted<ExactIndex>()
        .AddHosted<VectorSearch>()
        .AddHosted<PgvectorBuilds>()
        .AddSingleton<HybridSearch>();
}
