using Dapper;
using Npgsql;
using Pipeline.Core.Results;

namespace Pipeline.Core.Clients;

/// <summary>API keys and whom they belong to.</summary>
public sealed class ClientStore
{
    /// <summary>How long a key's answer is remembered: so long a revoked key may still work.</summary>
    public static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly SingleFlightCache<string, Client?> _byKey;
    private readonly SingleFlightCache<ValueTuple, bool> _anyKeys;

    public ClientStore(NpgsqlDataSource dataSource, TimeProvider time)
    {
        _dataSource = dataSource;
        _byKey = new(CacheLifetime, time, async hash =>
            (await QueryAsync<Client>(ClientSql.FindByHash, new { KeyHash = Convert.FromHexString(hash) }, CancellationToken.None)).SingleOrDefault());
        _anyKeys = new(CacheLifetime, time, async _ => (await QueryAsync<bool>(ClientSql.AnyKeys, null, CancellationToken.None)).Single());
    }

    /// <summary>Makes a key and returns it: the only time that it can be read.</summary>
    /// <exception cref="ClientExistsException">The name is in use.</exception>
    public async Task<string> AddAsync(string name, CancellationToken cancellationToken)
    {
        var key = ApiKey.Create();
        try
        {
            await ExecuteAsync(ClientSql.Insert, new { Id = Guid.CreateVersion7(), Name = name, KeyHash = ApiKey.Hash(key) }, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new ClientExistsException(name);
        }

        return key;
    }

    /// <summary>The client of a key; null when the key is unknown or revoked.</summary>
    public Task<Client?> FindByKeyAsync(string key, CancellationToken cancellationToken) =>
        _byKey.GetAsync(Convert.ToHexString(ApiKey.Hash(key)), cancellationToken);

    /// <summary>Whether any key is in force, and so every request needs one.</summary>
    public Task<bool> AnyKeysAsync(CancellationToken cancellationToken) => _anyKeys.GetAsync(default, cancellationToken);

    /// <summary>Every key there was, revoked ones included, oldest first.</summary>
    public Task<IReadOnlyList<Client>> ListAsync(CancellationToken cancellationToken) =>
        QueryAsync<Client>(ClientSql.List, null, cancellationToken);

    /// <summary>False when no key in force has the name.</summary>
    public async Task<bool> RevokeAsync(string name, CancellationToken cancellationToken) =>
        await ExecuteAsync(ClientSql.Revoke, new { Name = name }, cancellationToken) > 0;

    /// <summary>Where the client's days begin and how its reports are written, as far as it said.</summary>
    public async Task<ClientReporting> FindReportingAsync(Guid id, CancellationToken cancellationToken) =>
        (await QueryAsync<ClientReporting>(ClientSql.FindReporting, new { Id = id }, cancellationToken)).SingleOrDefault() ?? new();

    public Task SetReportingAsync(Guid id, ClientReporting reporting, CancellationToken cancellationToken) =>
        ExecuteAsync(ClientSql.SetReporting, new { Id = id, reporting.TimeZone, reporting.Language }, cancellationToken);

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }
}
