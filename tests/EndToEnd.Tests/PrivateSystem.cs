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

    /// <summary>Settings of roles that share queues and database; leases are no longer than a busy machine needs, so that a death is noticed soon.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["Postgres:ConnectionString"] = Servers.Addresses.Postgres,
        ["Broker:Url"] = Servers.Addresses.Broker,
        ["Worker:Lease"] = "00:00:08",
    };

    public Task<RoleProcess> StartApiAsync(params (string Name, string Value)[] more)
    {
        var settings = Settings;
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return RoleProcess.StartReadyAsync("Api", settings);
    }

    public Task<RoleProcess> StartWorkerAsync() => RoleProcess.StartReadyAsync("Workers.Inference", Settings);

    public async Task<IReadOnlyList<(string State, int Count)>> CountStatesAsync(IReadOnlyList<Guid> ids)
    {
        // Not pooled: the tests restart the server.
        await using var connection = new NpgsqlConnection(Servers.Addresses.Postgres + ";Pooling=false");
        return (await connection.QueryAsync<(string, int)>(
            "select state, count(*)::int from jobs where id = any(@ids) group by state", new { ids = ids.ToArray() })).AsList();
    }

    /// <summary>Whether the broker did not take any of these jobs, and they wait again.</summary>
    public async Task<bool> AnyIsGivenBackAsync(IReadOnlyList<Guid> ids)
    {
        await using var connection = new NpgsqlConnection(Servers.Addresses.Postgres + ";Pooling=false");
        return await connection.ExecuteScalarAsync<bool>(
            "select exists (select from dispatches where job_id = any(@ids) and ahead and dispatched_at is null)",
            new { ids = ids.ToArray() });
    }

    /// <summary>The only value that a statement returns.</summary>
    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Servers.Addresses.Postgres + ";Pooling=false");
        return await connection.ExecuteScalarAsync<T>(sql);
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
