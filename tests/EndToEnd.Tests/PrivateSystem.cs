using Dapper;
using Npgsql;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Servers that the tests of a class may stop and restart, and the roles as processes on them.</summary>
public sealed class PrivateSystem : IAsyncLifetime
{
    private PrivateServers? _servers;

    public PrivateServers Servers => _servers ?? throw new InvalidOperationException("InitializeAsync was not called.");

    /// <summary>Settings of roles that share queues and database; leases are short so that a death is noticed soon.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["Postgres:ConnectionString"] = Servers.Addresses.Postgres,
        ["Broker:Url"] = Servers.Addresses.Broker,
        ["Worker:Lease"] = "00:00:03",
    };

    public Task<RoleProcess> StartApiAsync() => RoleProcess.StartReadyAsync("Api", Settings);

    public Task<RoleProcess> StartWorkerAsync() => RoleProcess.StartReadyAsync("Workers.Inference", Settings);

    public async Task<IReadOnlyList<(string State, int Count)>> CountStatesAsync(IReadOnlyList<Guid> ids)
    {
        // Not pooled: the tests restart the server.
        await using var connection = new NpgsqlConnection(Servers.Addresses.Postgres + ";Pooling=false");
        return (await connection.QueryAsync<(string, int)>(
            "select state, count(*)::int from jobs where id = any(@ids) group by state", new { ids = ids.ToArray() })).AsList();
    }

    public async ValueTask InitializeAsync() => _servers = await PrivateServers.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_servers is not null)
        {
            await _servers.DisposeAsync();
        }
    }
}
