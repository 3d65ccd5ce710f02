using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Pipeline.Core.Clients;

/// <summary>API keys and whom they belong to.</summary>
public sealed class ClientStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>How long a key's answer is remembered: so long a revoked key may still work.</summary>
    public static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    // More different keys than this in one lifetime are guesses; they are looked up without being remembered.
    private const int CachedMax = 10_000;

    private readonly ConcurrentDictionary<string, Cached> _cache = new(StringComparer.Ordinal);
    private (bool Any, long At)? _anyKeys;

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
    public async Task<Client?> FindByKeyAsync(string key, CancellationToken cancellationToken)
    {
        var hash = ApiKey.Hash(key);
        var cacheKey = Convert.ToHexString(hash);
        if (_cache.TryGetValue(cacheKey, out var cached) && IsFresh(cached.At))
        {
            return cached.Client;
        }

        var found = await QueryAsync<Client>(ClientSql.FindByHash, new { KeyHash = hash }, cancellationToken);
        if (_cache.Count >= CachedMax)
        {
            _cache.Clear();
        }

        var client = found.SingleOrDefault();
        _cache[cacheKey] = new(client, time.GetTimestamp());
        return client;
    }

    /// <summary>Whether any key is in force, and so every request needs one.</summary>
    public async Task<bool> AnyKeysAsync(CancellationToken cancellationToken)
    {
        if (_anyKeys is { } known && IsFresh(known.At))
        {
            return known.Any;
        }

        var any = (await QueryAsync<bool>(ClientSql.AnyKeys, null, cancellationToken)).Single();
        _anyKeys = (any, time.GetTimestamp());
        return any;
    }

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

    private bool IsFresh(long at) => time.GetElapsedTime(at) < CacheLifetime;

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }

    private sealed record Cached(Client? Client, long At);
}
