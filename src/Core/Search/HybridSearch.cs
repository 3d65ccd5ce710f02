using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>
/// Finds chunks by meaning and by words, and joins both lists by their ranks (reciprocal rank fusion): scores of a cosine
/// and of a text rank cannot be compared, places in a list can. A place by words counts as far as the chunk has what the query's
/// words ask for: the first of those that share no more than "long" with a question says little.
/// </summary>
public sealed class HybridSearch(NpgsqlDataSource dataSource, VectorSearch vectors, IOptions<SearchOptions> options)
{
    // Any word will do, and a rare one says more than a common one: each chunk has the sum of what its words say (weight times
    // rank), and where there are too many, those with the rarest word are compared. Words beyond the candidates count as equally common.
    // While a document is embedded anew, its chunks are those of the model that has finished.
    private const string Words = $"""
        with {WordWeights.Known},
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
            select c.id, c.document_id, sum(known.weight * ts_rank(c.terms, known.query, 1)) as rank, sum(known.weight) as said
              from candidates join chunks c using (id) join documents d on d.id = c.document_id join known on c.terms @@ known.query
             where c.model_id = coalesce(d.model_id, c.model_id)
             group by c.id),
        placed as (select *, row_number() over (partition by document_id order by rank desc, id) as place from ranked)
        select id, (select coalesce(max(chunks), 0) > @CandidatesMax from known) as IsCut, (said / (select sum(weight) from known))::float8 as Share
          from placed where place <= coalesce(@PerDocument::int, place) order by rank desc, id limit @Limit
        """;

    // Whatever an index in memory still holds, what was deleted is not found: this reads what there is.
    private const string Read = """
        select c.id, c.document_id as DocumentId, d.title, d.metadata::text, c.ordinal, c.text
          from chunks c join documents d on d.id = c.document_id
         where c.client_id = @ClientId and c.id = any(@Ids)
        """;

    // The paper that proposed it (Cormack, Clarke, Büttcher 2009) has 60, with which a middling place in both lists beats the first in one;
    // on models/eval that lost more than half of the paraphrased questions that meaning alone found.
    private const double RankOffset = 10;

    // Of a place by words whose chunk has everything that the words ask for; half of that is as much as meaning.
    private const double WordsWeight = 2;

    // Each list is longer than the answer: a chunk in the middle of both can come before the first of one.
    private const int CandidatesFactor = 4;
    private const int CandidatesMin = 50;
    private const int CandidatesMax = 1_000;

    // What both lists have of a document is rarely the first of it in each.
    private const int PerDocumentFactor = 4;

    // Of a query that is a whole text, its longest words: each is a look into the index.
    internal const int WordsMax = 64;

    /// <param name="query">What is looked for.</param>
    /// <param name="vector">The text's meaning; null where no worker tells it, and then only words are compared.</param>
    /// <param name="cancellationToken">Frees the caller at once.</param>
    public async Task<Found> SearchAsync(SearchQuery query, QueryVector? vector, CancellationToken cancellationToken)
    {
        var candidates = Math.Clamp(query.Limit * CandidatesFactor, CandidatesMin, CandidatesMax);
        var (found, isFull) = await SearchAsync(query, vector, candidates, cancellationToken);

        // Copies of a few passages filled the lists, and what comes after them is wanted: once more, with the longest lists there are.
        return found.Chunks.Count < query.Limit && isFull && candidates < CandidatesMax
            ? (await SearchAsync(query, vector, CandidatesMax, cancellationToken)).Found
            : found;
    }

    private async Task<(Found Found, bool IsFull)> SearchAsync(SearchQuery query, QueryVector? vector, int candidates, CancellationToken cancellationToken)
    {
        var near = vector is { } meaning && query.Mode is not SearchMode.Words
            ? vectors.SearchAsync(new(query.ClientId, meaning.ModelId, meaning.Vector, candidates, query.FilterJson, query.PerDocument * PerDocumentFactor), cancellationToken)
            : Task.FromResult<IReadOnlyList<Neighbour>>([]);
        var worded = query.Mode is not SearchMode.Vectors ? FindWordsAsync(query, candidates, cancellationToken) : Task.FromResult<IReadOnlyList<WordMatch>>([]);
        var similarities = (await near).ToDictionary(neighbour => neighbour.ChunkId, neighbour => neighbour.Similarity);
        var ranked = Fuse([.. (await near).Select(neighbour => neighbour.ChunkId)], await worded);
        var stored = await ReadAsync(query.ClientId, [.. ranked.Select(chunk => chunk.Id)], cancellationToken);
        var found = ranked
            .Where(chunk => stored.ContainsKey(chunk.Id)) // Others were deleted meanwhile.
            .Select(chunk => new FoundChunk(stored[chunk.Id], chunk.Score, similarities.TryGetValue(chunk.Id, out var similarity) ? similarity : null));
        return (new(Choose(found, query), (await worded) is [{ IsCut: true }, ..]), (await near).Count == candidates || (await worded).Count == candidates);
    }

    /// <summary>As many as are wanted, of each document as many as are wanted of one, and a passage that stands in several documents once.</summary>
    private static IReadOnlyList<FoundChunk> Choose(IEnumerable<FoundChunk> ranked, SearchQuery query) =>
    [
        .. ranked
            .GroupBy(found => found.Chunk.Text, StringComparer.Ordinal) // In the order of their first ones.
            .Select(copies => copies.First() with { AlsoIn = [.. copies.Select(copy => copy.Chunk.DocumentId).Distinct().Where(id => id != copies.First().Chunk.DocumentId)] })
            .GroupBy(found => found.Chunk.DocumentId)
            .SelectMany(ofDocument => ofDocument.Take(query.PerDocument ?? int.MaxValue))
            .OrderByDescending(found => found.Score)
            .ThenBy(found => found.Chunk.Id)
            .Take(query.Limit),
    ];

    /// <summary>The best first, equals by their id.</summary>
    internal static IReadOnlyList<(long Id, double Score)> Fuse(IReadOnlyList<long> near, IReadOnlyList<WordMatch> worded)
    {
        var byMeaning = near.Select((id, place) => (Id: id, Score: 1 / (RankOffset + place + 1)));
        var byWords = worded.Select((match, place) => (match.Id, Score: (near.Count == 0 ? 1 : WordsWeight * match.Share) / (RankOffset + place + 1)));
        return [.. byMeaning.Concat(byWords)
            .GroupBy(place => place.Id)
            .Select(places => (Id: places.Key, Score: places.Sum(place => place.Score)))
            .OrderByDescending(chunk => chunk.Score)
            .ThenBy(chunk => chunk.Id)];
    }

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
                PerDocument = query.PerDocument * PerDocumentFactor,
                Limit = limit,
            },
            cancellationToken);

    private async Task<Dictionary<long, StoredChunk>> ReadAsync(Guid clientId, long[] ids, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<StoredChunk>(Read, new { ClientId = clientId, Ids = ids }, cancellationToken)).ToDictionary(chunk => chunk.Id);
}

/// <param name="IsCut">Whether a word of the query stands in more chunks than were compared.</param>
/// <param name="Share">Of what the query's words ask for, as much as the chunk has: 0 to 1, rare words more than common ones.</param>
internal sealed record WordMatch(long Id, bool IsCut, double Share);

internal static class SearchRegistration
{
    /// <summary>This process searches documents.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services) => services
        .AddValidated<SearchOptions, SearchOptionsValidator>(SearchOptions.Section)
        .AddSingleton<PgvectorIndex>()
        .AddHosted<ExactIndex>()
        .AddHosted<VectorSearch>()
        .AddHosted<PgvectorBuilds>()
        .AddSingleton<HybridSearch>()
        .AddSingleton<WordEvidence>();
}
