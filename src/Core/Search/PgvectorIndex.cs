using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Npgsql;
using Pipeline.Core.Documents;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>
/// Asks pgvector: an HNSW index over half-precision vectors finds more candidates than are wanted, which are then put in
/// exact order. Where the index finds fewer than there may be, as for a client with few of the table's chunks, all of the
/// client's vectors are compared.
/// </summary>
public sealed class PgvectorIndex(NpgsqlDataSource dataSource) : IVectorIndex
{
    /// <summary>Half the bytes of a vector index, and the order is made exact afterwards.</summary>
    private static string CreateIndex(int modelId, int dimensions) => string.Create(CultureInfo.InvariantCulture, $"""
        create index concurrently if not exists chunks_vector_{modelId} on chunks
         using hnsw ((vector::halfvec({dimensions})) halfvec_ip_ops) where model_id = {modelId}
        """);

    private const string HasIndex = """
        select exists (select from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'chunks'::regclass and c.relname = @Name and i.indisvalid)
        """;

    /// <summary>A canceled build leaves one that is not valid and would never be built again.</summary>
    private static string DropInvalidIndex(int modelId) => string.Create(CultureInfo.InvariantCulture, $"""
        do $$ begin
          if exists (select from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname = 'chunks_vector_{modelId}' and not i.indisvalid) then
            drop index chunks_vector_{modelId};
          end if;
        end $$
        """);

    /// <summary>Candidates by the index, then their exact order.</summary>
    private static string Nearest(int modelId, int dimensions) => Ordered(string.Create(CultureInfo.InvariantCulture, $"""
        select id, document_id, vector from chunks
         where {Condition(modelId)}
         order by vector::halfvec({dimensions}) <#> @Vector::real[]::halfvec({dimensions}) limit @Candidates
        """), dimensions);

    /// <summary>Every vector of the client.</summary>
    private static string Exact(int modelId, int dimensions) => Ordered($"select id, document_id, vector from chunks where {Condition(modelId)}", dimensions);

    private static string Condition(int modelId) => string.Create(CultureInfo.InvariantCulture, $"""
        model_id = {modelId} and client_id = @ClientId and (@Filter::jsonb is null or document_id in (
           select id from documents where client_id = @ClientId and metadata @> @Filter::jsonb))
        """);

    private static string Ordered(string candidates, int dimensions) => string.Create(CultureInfo.InvariantCulture, $"""
        with candidates as materialized ({candidates}),
        compared as (
            select id, document_id, (-(vector::vector({dimensions}) <#> @Vector::real[]::vector({dimensions})))::real as similarity from candidates),
        placed as (select id, similarity, row_number() over (partition by document_id order by similarity desc, id) as place from compared)
        select id as ChunkId, similarity as Similarity
          from placed where place <= coalesce(@PerDocument::int, place) order by 2 desc, 1 limit @Limit
        """);

    private const int CandidatesFactor = 4;
    private const int CandidatesMin = 100;
    private const int CandidatesMax = 1_000; // The most that hnsw.ef_search takes.

    private const int DimensionsMax = 4_000; // What the graph of a halfvec index can hold.

    private readonly ConcurrentDictionary<int, bool> _indexed = new();

    /// <summary>Whether the server goes on where a condition leaves too few candidates, as pgvector 0.8 and later do.</summary>
    public bool Iterates { get; internal set; }

    public async Task<IReadOnlyList<Neighbour>> SearchAsync(VectorQuery query, CancellationToken cancellationToken)
    {
        var dimensions = query.Vector.Length;
        var candidates = Math.Clamp(query.Limit * CandidatesFactor, CandidatesMin, CandidatesMax);
        var parameters = new { query.ClientId, query.Vector, query.Limit, query.PerDocument, Filter = query.FilterJson, Candidates = candidates };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (_indexed.ContainsKey(query.ModelId))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(Settings(candidates), null, cancellationToken);
            var found = await connection.QueryAsync<Neighbour>(Nearest(query.ModelId, dimensions), parameters, cancellationToken);
            if (found.Count == query.Limit)
            {
                return found;
            }
        }

        return await connection.QueryAsync<Neighbour>(Exact(query.ModelId, dimensions), parameters, cancellationToken);
    }

    /// <summary>
    /// For an API whose user does not own the tables: the extension, where the server has it, and the index of every model that there is.
    /// </summary>
    /// <returns>How many models have an index; null where the database has no pgvector.</returns>
    public static async Task<int?> BuildAsync(NpgsqlDataSource dataSource, EmbeddingModelStore models, CancellationToken cancellationToken)
    {
        if (await VectorExtension.FindAsync(dataSource, cancellationToken) is null)
        {
            return null;
        }

        PgvectorIndex index = new(dataSource);
        foreach (var (id, dimensions) in await models.AllAsync(cancellationToken))
        {
            await index.EnsureIndexAsync(id, dimensions, cancellationToken);
        }

        return index._indexed.Count;
    }

    /// <summary>Builds the index of a model where it is missing; writes go on meanwhile.</summary>
    /// <exception cref="PostgresException">Among others: the user does not own the table.</exception>
    internal async Task EnsureIndexAsync(int modelId, int dimensions, CancellationToken cancellationToken)
    {
        if (dimensions > DimensionsMax || _indexed.ContainsKey(modelId))
        {
            return;
        }

        if (await dataSource.QuerySingleAsync<bool>(HasIndex, new { Name = $"chunks_vector_{modelId}" }, cancellationToken))
        {
            _indexed[modelId] = true;
            return;
        }

        // Tried, not waited for: a build waits for every older statement, also for one that would wait for the build.
        await using var alone = await AdvisoryLock.TryAcquireAsync(dataSource, "vector indexes", cancellationToken);
        if (alone is not null)
        {
            await ExecuteAsync(DropInvalidIndex(modelId));
            await ExecuteAsync(CreateIndex(modelId, dimensions));
            _indexed[modelId] = true;
        }

        // The build of a million vectors takes long; nobody waits for it.
        Task ExecuteAsync(string sql) => alone.Session.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    private string Settings(int candidates) => string.Create(
        CultureInfo.InvariantCulture, $"set local hnsw.ef_search = {candidates}{(Iterates ? "; set local hnsw.iterative_scan = strict_order" : "")}");
}
