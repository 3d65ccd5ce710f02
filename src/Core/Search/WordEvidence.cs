using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>How much of what the words of a question ask for stands in passages: rare words ask for more than common ones.</summary>
public sealed class WordEvidence(NpgsqlDataSource dataSource, IOptions<SearchOptions> options)
{
    private const string Weigh = $"""
        with {WordWeights.Known}
        select c.id, collection.chunks,
               coalesce(sum(known.weight) filter (where c.terms @@ known.query), 0)::float8 as Said, coalesce(sum(known.weight), 0)::float8 as Asked,
               ln(1 + (greatest(collection.chunks, 100) + 0.5::float8) / 0.5)::float8 as Rarest
          from collection cross join chunks c left join known on true
         where c.client_id = @ClientId and c.id = any(@Ids)
         group by c.id, collection.chunks
        """;

    /// <param name="clientId">Whose passages.</param>
    /// <param name="question">In Unicode's form C.</param>
    /// <param name="chunks">The ids of passages.</param>
    /// <param name="cancellationToken">Frees the caller at once.</param>
    /// <returns>By the passages' ids; those that are gone meanwhile are missing.</returns>
    public async Task<IReadOnlyDictionary<long, WordShare>> OfAsync(Guid clientId, string question, IEnumerable<long> chunks, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<Weighed>(
            Weigh,
            new
            {
                ClientId = clientId,
                Text = SearchTerms.Words(question),
                Grams = SearchTerms.Of(question).ToArray(),
                HybridSearch.WordsMax,
                CandidatesMax = options.Value.WordCandidatesMax,
                Ids = chunks.ToArray(),
            },
            cancellationToken)).ToDictionary(
                row => row.Id, row => new WordShare(row.Asked > 0 ? row.Said / row.Asked : 0, row.Said / row.Rarest, row.Chunks));

    private sealed record Weighed(long Id, int Chunks, double Said, double Asked, double Rarest);
}

/// <param name="OfQuestion">The share of what the question's words ask for that the passage has, 0 to 1.</param>
/// <param name="RareWords">The same as a number of words that stand nowhere else.</param>
/// <param name="Chunks">Passages of the client, counted up to Search:WordCandidatesMax.</param>
public readonly record struct WordShare(double OfQuestion, double RareWords, int Chunks);
