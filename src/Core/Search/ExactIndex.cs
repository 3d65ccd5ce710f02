using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>
/// Compares a query with every vector of its client, held in memory. Each search first asks for the client's version and
/// reads what has changed, so an answer is never older than its question; a loop does the same for clients that do not
/// search, so that what they deleted leaves the memory soon.
/// </summary>
public sealed class ExactIndex(NpgsqlDataSource dataSource, IOptions<SearchOptions> options, TimeProvider time, ILogger<ExactIndex> logger)
    : LoopService(time, logger), IVectorIndex
{
    private const string Filtered = "select id from documents where client_id = @ClientId and metadata @> @Filter::jsonb";

    private const string Versions = """
        select client_id as ClientId, version, deleted_version as Deleted from document_owners where client_id = any(@ClientIds)
        """;

    private const long Megabyte = 1_024 * 1_024;

    private readonly ConcurrentDictionary<(Guid ClientId, int ModelId), ClientVectors> _clients = new();

    /// <summary>Vectors' bytes in memory.</summary>
    internal long Bytes => _clients.Values.Sum(client => client.Bytes);

    public async Task<IReadOnlyList<Neighbour>> SearchAsync(VectorQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var owner = (await VersionsAsync(connection, [query.ClientId], cancellationToken)).SingleOrDefault();
        if (owner is null)
        {
            return [];
        }

        var client = _clients.GetOrAdd(
            (query.ClientId, query.ModelId), static (key, dimensions) => new(key.ClientId, key.ModelId, dimensions), query.Vector.Length);
        client.UsedAt = Time.GetTimestamp();
        await client.RefreshAsync(connection, owner, cancellationToken);
        var documents = query.FilterJson is { } filter
            ? (await connection.QueryAsync<Guid>(Filtered, new { query.ClientId, Filter = filter }, cancellationToken)).ToHashSet()
            : null;
        await connection.CloseAsync(); // The scan needs none.
        var nearest = client.Nearest(query.Vector, query.Limit, query.PerDocument, documents);
        Evict(except: client);
        return nearest;
    }

    /// <summary>Brings every client that is held up to date.</summary>
    internal async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (_clients.IsEmpty)
        {
            return;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var versions = (await VersionsAsync(connection, [.. _clients.Keys.Select(key => key.ClientId).Distinct()], cancellationToken))
            .ToDictionary(owner => owner.ClientId);
        foreach (var client in _clients.Values)
        {
            await client.RefreshAsync(connection, versions[client.ClientId], cancellationToken);
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(options.Value.RefreshInterval, Time, stoppingToken);
            await RefreshAsync(stoppingToken);
            RoundDone();
        }
    }

    /// <summary>The client that has just searched stays, however many vectors it has: <c>Documents:PerClientMax</c> bounds them.</summary>
    private void Evict(ClientVectors except)
    {
        if (Bytes <= options.Value.MemoryMegabytesMax * Megabyte)
        {
            return;
        }

        foreach (var (key, client) in _clients.Where(held => held.Value != except).OrderBy(held => held.Value.UsedAt))
        {
            // Not disposed: a search may still run in it. It holds nothing but memory.
            _clients.TryRemove(key, out _);
            if (Bytes <= options.Value.MemoryMegabytesMax * Megabyte)
            {
                return;
            }
        }
    }

    private static async Task<IEnumerable<OwnerVersion>> VersionsAsync(NpgsqlConnection connection, Guid[] clientIds, CancellationToken cancellationToken) =>
        await connection.QueryAsync<OwnerVersion>(Versions, new { ClientIds = clientIds }, cancellationToken);
}
