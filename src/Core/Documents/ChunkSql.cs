namespace Pipeline.Core.Documents;

internal static class ChunkSql
{
    // Only for a job of the document's own client: anybody may name any id in a job's input.
    public const string Open = """
        select d.text from documents d join jobs j on j.client_id = d.client_id where d.id = @DocumentId and j.id = @JobId
        """;

    // Also after a worker died in the middle: what it wrote is found again by the same model's same cuts.
    public const string Begin = "update documents set next_model_id = @ModelId, chunks = @Chunks where id = @DocumentId";

    public const string Ordinals = "select ordinal from chunks where document_id = @DocumentId and model_id = @ModelId";

    // The lock comes first, as in a deletion: either the chunks are in before it and go with it, or the document is gone
    // and nothing is written. One array holds all vectors, each a slice of it.
    public const string Write = """
        with document as (select id, client_id from documents where id = @DocumentId for update),
        owner as (update document_owners o set version = o.version + 1 from document d where o.client_id = d.client_id returning o.version),
        changed as (update documents set version = owner.version from owner where id = @DocumentId),
        written as (
            insert into chunks (document_id, client_id, model_id, ordinal, text, tokens, terms, vector)
            select d.id, d.client_id, @ModelId::int, c.ordinal, c.text, c.tokens,
                   to_tsvector('english', c.text) || array_to_tsvector(coalesce(string_to_array(nullif(c.grams, ''), ' '), '{}')),
                   (@Vectors::real[])[(c.n - 1) * @Dimensions + 1 : c.n * @Dimensions]
              from document d,
                   unnest(@Ordinals::int[], @Texts::text[], @Tokens::int[], @Grams::text[]) with ordinality as c (ordinal, text, tokens, grams, n)
            on conflict (document_id, model_id, ordinal) do nothing)
        select count(*)::int from document
        """;

    // In a statement of its own: the chunks must be in before they are counted upon.
    public const string Finish = """
        with document as (select id, client_id from documents where id = @DocumentId for update),
        others as (delete from chunks where document_id = @DocumentId and model_id <> @ModelId),
        owner as (update document_owners o set version = o.version + 1 from document d where o.client_id = d.client_id returning o.version)
        update documents set version = owner.version, model_id = @ModelId, next_model_id = null, chunks = @Chunks, embedded_at = now()
          from owner where id = @DocumentId
        """;
}
