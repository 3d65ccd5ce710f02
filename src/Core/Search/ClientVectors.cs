using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>
/// The vectors of one client and one model in memory. Searches run beside each other; a refresh has it alone while it
/// changes what it has read before.
/// </summary>
internal sealed class ClientVectors(Guid clientId, int modelId, int dimensions) : IDisposable
{
    private const string DocumentIds = "select id from documents where client_id = @ClientId";

    private const string Changed = "select id from documents where client_id = @ClientId and version > @Version";

    private const string Vectors = """
        select c.document_id, c.id, c.vector from chunks c join documents d on d.id = c.document_id
         where d.client_id = @ClientId and d.version > @Version and c.model_id = @ModelId
        """;

    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly VectorBlocks _vectors = new(dimensions);
    private OwnerVersion _version = new(clientId, -1, -1);

    public Guid ClientId => clientId;

    /// <summary>When it was last searched; <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long UsedAt { get; set; }

    public long Bytes
    {
        get
        {
            _lock.EnterReadLock();
            try
            {
                return _vectors.Bytes;
            }
            finally
            {
                _lock.ExitReadLock();
            }
        }
    }

    public IReadOnlyList<Neighbour> Nearest(float[] vector, int limit, int? perDocument, HashSet<Guid>? documents)
    {
        _lock.EnterReadLock();
        try
        {
            return _vectors.Nearest(vector, limit, perDocument, documents);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>Reads what has changed up to this version, which was read before this is called. What is newer already is read again next time.</summary>
    public async Task RefreshAsync(NpgsqlConnection connection, OwnerVersion version, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (version.Version <= _version.Version)
            {
                return;
            }

            var since = new { ClientId = clientId, _version.Version, ModelId = modelId };
            var present = version.Deleted > _version.Deleted && _version.Version >= 0
                ? (await connection.QueryAsync<Guid>(DocumentIds, since, cancellationToken)).ToHashSet()
                : null;
            var changed = _version.Version >= 0 ? (await connection.QueryAsync<Guid>(Changed, since, cancellationToken)).ToHashSet() : [];
            var read = await ReadAsync(connection, cancellationToken);

            _lock.EnterWriteLock();
            try
            {
                _vectors.Remove(document => changed.Contains(document) || present?.Contains(document) == false);
                read.ForEach(row => _vectors.Add(row.DocumentId, row.ChunkId, row.Vector));
            }
            finally
            {
                _lock.ExitWriteLock();
            }

            _version = version;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose()
    {
        _refreshing.Dispose();
        _lock.Dispose();
    }

    private async Task<List<(Guid DocumentId, long ChunkId, float[] Vector)>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        List<(Guid, long, float[])> rows = [];
        await using var command = new NpgsqlCommand(Vectors, connection)
        {
            Parameters = { new("ClientId", clientId), new("Version", _version.Version), new("ModelId", modelId) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetGuid(0), reader.GetInt64(1), await reader.GetFieldValueAsync<float[]>(2, cancellationToken)));
        }

        return rows;
    }
}

/// <summary>How far a client's chunks have changed.</summary>
/// <param name="Version">Moves with every change.</param>
/// <param name="Deleted">The version of the last deletion.</param>
internal sealed record OwnerVersion(Guid ClientId, long Version, long Deleted);
