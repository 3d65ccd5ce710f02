namespace Pipeline.Core.Search;

internal static class SearchSql
{
    // Any word will do; the rank says how many there are and how often. A lexeme is quoted as the type tsquery reads it.
    // While a document is embedded anew, its chunks are those of the model that has finished.
    public const string Words = """
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
    public const string Read = """
        select c.id, c.document_id as DocumentId, d.title, d.metadata::text, c.ordinal, c.text
          from chunks c join documents d on d.id = c.document_id
         where c.client_id = @ClientId and c.id = any(@Ids)
        """;

    public const string Filtered = "select id from documents where client_id = @ClientId and metadata @> @Filter::jsonb";

    public const string Versions = """
        select client_id as ClientId, version, deleted_version as Deleted from document_owners where client_id = any(@ClientIds)
        """;

    public const string DocumentIds = "select id from documents where client_id = @ClientId";

    public const string Changed = "select id from documents where client_id = @ClientId and version > @Version";

    public const string Vectors = """
        select c.document_id, c.id, c.vector from chunks c join documents d on d.id = c.document_id
         where d.client_id = @ClientId and d.version > @Version and c.model_id = @ModelId
        """;
}
