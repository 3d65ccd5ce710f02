namespace Pipeline.Core.Search;

/// <summary>What each word of a query says, for statements that look for words.</summary>
internal static class WordWeights
{
    /// <summary>
    /// Expressions of a statement with @ClientId, @Text, @Grams, @WordsMax and @CandidatesMax: collection (chunks) and known (query, chunks,
    /// weight), both counted up to one more than the candidates.
    /// </summary>
    // Words weigh as in BM25. In a small collection every word is rare by itself, so it counts as one of a hundred passages. A lexeme is
    // quoted as the type tsquery reads it.
    public const string Known = """
        words as materialized (
            select ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery as query
              from unnest(to_tsvector('english', @Text) || array_to_tsvector(@Grams::text[]))
             order by length(lexeme) desc, lexeme collate "C" limit @WordsMax),
        collection as materialized (
            select count(*)::int as chunks from (select from chunks where client_id = @ClientId limit @CandidatesMax + 1) as those),
        counted as materialized (
            select query, (select count(*) from (
                       select from chunks c where c.client_id = @ClientId and c.terms @@ words.query limit @CandidatesMax + 1) as those) as chunks
              from words),
        known as materialized (
            select query, counted.chunks, ln(1 + (greatest(collection.chunks, 100) + 0.5::float8) / (counted.chunks + 0.5)) as weight
              from counted cross join collection)
        """;
}
