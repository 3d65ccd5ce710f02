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
    // Any word will do, and a rare one says more than a common one: each chunk has the sum of what its words say (inverse frequency times
    // rank), and where there are too many, those with the rarest word are compared. Words beyond the candidates count as equally common.
    // A lexeme is quoted as the type tsquery reads it. While a document is embedded anew, its chunks are those of the model that has finished.
    private const string Words = """
        with words as materialized (
            select ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery as query
              from unnest(to_tsvector('english', @Text) || array_to_tsvector(@Grams::text[]))
             order by length(lexeme) desc, lexeme limit @WordsMax),
        known as materialized (
            select query, (select count(*) from (
                       select from chunks c where c.client_id = @ClientId and c.terms @@ words.query limit @CandidatesMax + 1) as those) as chunks
              from words),
        candidates as materialized (
            select c.id, min(known.chunks) as rarest
              from known cross join lateral (
                   select c.id from chunks c
                    where c.client_id = @ClientId and c.terms @@ known.query
                      and (@Filter::jsonb is null or c.document_id in (
                          select id from documents where client_id = @ClientId and metadata @> @Filter::jsonb))
                    limit @CandidatesMax) as c
             group by c.id order by rarest, c.id limit @CandidatesMax),
        ranked as (
            select c.id, sum(ln(1 + 2.0::float8 * @CandidatesMax / known.chunks) * ts_rank(c.terms, known.query, 1)) as rank
              from candidates join chunks c using (id) join documents d on d.id = c.document_id join known on c.terms @@ known.query
             where c.model_id = coalesce(d.model_id, c.model_id)
             group by c.id)
        select id, (select coalesce(max(chunks), 0) > @CandidatesMax from known) as IsCut from ranked order by rank desc, id limit @Limit
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

    // Of a query that is a whole text, its longest words: each is a look into the index.
    private const int WordsMax = 64;

    /// <param name="query">What is looked for.</param>
    /// <param name="vector">The text's meaning; null where no worker tells it, and then only words are compared.</param>
    /// <param name="cancellationToken">Frees the caller at once.</param>
    public async Task<Found> SearchAsync(SearchQuery query, QueryVector? vector, CancellationToken cancellationToken)
    {
        var candidates = Math.Clamp(query.Limit * CandidatesFactor, CandidatesMin, CandidatesMax);
        var near = vector is { } meaning && query.Mode is not SearchMode.Words
            ? vectors.SearchAsync(new(query.ClientId, meaning.ModelId, meaning.Vector, candidates, query.FilterJson), cancellationToken)
            : Task.FromResult<IReadOnlyList<Neighbour>>([]);
        var worded = query.Mode is not SearchMode.Vectors ? FindWordsAsync(query, candidates, cancellationToken) : Task.FromResult<IReadOnlyList<WordMatch>>([]);
        var similarities = (await near).ToDictionary(neighbour => neighbour.ChunkId, neighbour => neighbour.Similarity);
        var ranked = Fuse([.. (await near).Select(neighbour => neighbour.ChunkId)], [.. (await worded).Select(match => match.Id)]);
        var chunks = await ReadAsync(query.ClientId, [.. ranked.Select(chunk => chunk.Id)], cancellationToken);
        Dictionary<Guid, int> ofDocument = [];
        return new(
            [.. ranked
                .Where(chunk => chunks.TryGetValue(chunk.Id, out var stored) && (ofDocument[stored.DocumentId] = ofDocument.GetValueOrDefault(stored.DocumentId) + 1) <= (query.PerDocument ?? int.MaxValue))
                .Take(query.Limit)
                .Select(chunk => new FoundChunk(chunks[chunk.Id], chunk.Score, similarities.TryGetValue(chunk.Id, out var similarity) ? similarity : null))],
            (await worded) is [{ IsCut: true }, ..]);
    }

    /// <summary>The best first, equals by their id.</summary>
    internal static IReadOnlyList<(long Id, double Score)> Fuse(params IReadOnlyList<long>[] lists) =>
        [.. lists.SelectMany(list => list.Select((id, rank) => (Id: id, Score: 1 / (RankOffset + rank + 1))))
            .GroupBy(place => place.Id)
            .Select(places => (Id: places.Key, Score: places.Sum(place => place.Score)))
            .OrderByDescending(chunk => chunk.Score)
            .ThenBy(chunk => chunk.Id)];

    private Task<IReadOnlyList<WordMatch>> FindWordsAsync(SearchQuery query, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<WordMatch>(
            Words,
            new
            {
                query.ClientId,
                Text = SearchTerms.Words(query.Text),
                WordsMax,
                Grams = SearchTerms.Of(query.Text).ToArray(),
                Filter = query.FilterJson,
                CandidatesMax = options.Value.WordCandidatesMax,
                Limit = limit,
            },
            cancellationToken);

    private sealed record WordMatch(long Id, bool IsCut);

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
