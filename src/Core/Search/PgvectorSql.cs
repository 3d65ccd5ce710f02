using System.Globalization;

namespace Pipeline.Core.Search;

/// <summary>
/// Statements for servers with pgvector. No constants, because the types and the index's condition carry numbers that can
/// not be parameters; both are the database's own, never a client's.
/// </summary>
internal static class PgvectorSql
{
    // Fails for a user who may not; then the operator has to, or the exact scan is used. Not to be prepared, hence not public.
    internal const string CreateExtension = "create extension if not exists vector";

    public const string ExtensionVersion = "select extversion from pg_extension where extname = 'vector'";

    public const string IsAvailable = "select exists (select from pg_available_extensions where name = 'vector')";

    /// <summary>Half the bytes of a vector index, and the order is made exact afterwards.</summary>
    public static string CreateIndex(int modelId, int dimensions) => string.Create(CultureInfo.InvariantCulture, $"""
        create index concurrently if not exists chunks_vector_{modelId} on chunks
         using hnsw ((vector::halfvec({dimensions})) halfvec_ip_ops) where model_id = {modelId}
        """);

    /// <summary>A canceled build leaves one that is not valid and would never be built again.</summary>
    public static string DropInvalidIndex(int modelId) => string.Create(CultureInfo.InvariantCulture, $"""
        do $$ begin
          if exists (select from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname = 'chunks_vector_{modelId}' and not i.indisvalid) then
            drop index chunks_vector_{modelId};
          end if;
        end $$
        """);

    /// <summary>Candidates by the index, then their exact order.</summary>
    public static string Nearest(int modelId, int dimensions) => Ordered(string.Create(CultureInfo.InvariantCulture, $"""
        select id, vector from chunks
         where {Condition(modelId)}
         order by vector::halfvec({dimensions}) <#> @Vector::real[]::halfvec({dimensions}) limit @Candidates
        """), dimensions);

    /// <summary>Every vector of the client.</summary>
    public static string Exact(int modelId, int dimensions) => Ordered($"select id, vector from chunks where {Condition(modelId)}", dimensions);

    private static string Condition(int modelId) => string.Create(CultureInfo.InvariantCulture, $"""
        model_id = {modelId} and client_id = @ClientId and (@Filter::jsonb is null or document_id in (
           select id from documents where client_id = @ClientId and metadata @> @Filter::jsonb))
        """);

    private static string Ordered(string candidates, int dimensions) => string.Create(CultureInfo.InvariantCulture, $"""
        with candidates as materialized ({candidates})
        select id as ChunkId, (-(vector::vector({dimensions}) <#> @Vector::real[]::vector({dimensions})))::real as Similarity
          from candidates order by 2 desc, 1 limit @Limit
        """);
}
