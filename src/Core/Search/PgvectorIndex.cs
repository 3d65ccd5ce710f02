using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>
/// Asks pgvector: an HNSW index over half-precision vectors finds more candidates than are wanted, which are then put in
/// exact order. Where the index finds fewer than there may be, as for a client with few of the table's chunks, all of the
/// client's vectors are compared.
/// </summary>
public sealed class PgvectorIndex(NpgsqlDataSource dataSource) : IVectorIndex
{
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
        var parameters = new { query.ClientId, query.Vector, query.Limit, Filter = query.FilterJson, Candidates = candidates };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (_indexed.ContainsKey(query.ModelId))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(Settings(candidates), cancellationToken: cancellationToken));
            var found = await QueryAsync(connection, PgvectorSql.Nearest(query.ModelId, dimensions), parameters, cancellationToken);
            if (found.Count == query.Limit)
            {
                return found;
            }
        }

        return await QueryAsync(connection, PgvectorSql.Exact(query.ModelId, dimensions), parameters, cancellationToken);
    }

    /// <summary>Builds the index of a model where it is missing; writes go on meanwhile.</summary>
    internal async Task EnsureIndexAsync(int modelId, int dimensions, CancellationToken cancellationToken)
    {
        if (dimensions > DimensionsMax || _indexed.ContainsKey(modelId))
        {
            return;
        }

        // Tried, not waited for: a build waits for every older statement, also for one that would wait for the build.
        await using var alone = await AdvisoryLock.TryAcquireAsync(dataSource, "vector indexes", cancellationToken);
        if (alone is not null)
        {
            await ExecuteAsync(PgvectorSql.DropInvalidIndex(modelId));
            await ExecuteAsync(PgvectorSql.CreateIndex(modelId, dimensions));
            _indexed[modelId] = true;
        }

        // The build of a million vectors takes long; nobody waits for it.
        Task ExecuteAsync(string sql) => alone.Session.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    private string Settings(int candidates) => string.Create(
        CultureInfo.InvariantCulture, $"set local hnsw.ef_search = {candidates}{(Iterates ? "; set local hnsw.iterative_scan = strict_order" : "")}");

    private static async Task<IReadOnlyList<Neighbour>> QueryAsync(
        NpgsqlConnection connection, string sql, object parameters, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Neighbour>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
}
