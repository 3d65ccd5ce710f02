using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Results;

namespace Pipeline.Core.Clients;

/// <summary>Whose a key is, and how clients want their reports. <see cref="KeyStore"/> makes and ends keys.</summary>
public sealed class ClientStore
{
    private const string FindByHash = """
        select c.id, c.name, c.role, k.id as KeyId, k.expires_at as ExpiresAt,
               c.requests_per_minute as RequestsPerMinute, c.jobs_in_flight as JobsInFlight, c.waiting_jobs as WaitingJobs,
               c.tokens_per_day as TokensPerDay, c.tokens_per_month as TokensPerMonth, c.batch_jobs as BatchJobs
          from api_keys k join clients c on c.id = k.client_id
         where k.key_hash = @KeyHash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
        """;

    // An expired key counts: that time passes must not open the API to everybody at this machine.
    private const string AnyKeys = "select exists (select from api_keys where revoked_at is null)";

    // In the order of their ids, so that two processes that write the same keys wait for each other instead of deadlocking.
    private const string WriteUses = """
        with locked as (select id from api_keys where id = any(@Ids::uuid[]) order by id for no key update)
        update api_keys set last_used_at = used.at
          from locked join unnest(@Ids::uuid[], @UsedAt::timestamptz[]) as used (id, at) using (id)
         where api_keys.id = locked.id and (api_keys.last_used_at is null or api_keys.last_used_at < used.at)
        """;

    private const string FindId = "select id from clients where name = @Name and revoked_at is null";

    private const string FindLimits = """
        select requests_per_minute as RequestsPerMinute, jobs_in_flight as JobsInFlight, waiting_jobs as WaitingJobs,
               tokens_per_day as TokensPerDay, tokens_per_month as TokensPerMonth, batch_jobs as BatchJobs
          from clients where id = @Id
        """;

    private const string FindWeights = "select id::text, weight::float8 from clients where weight <> 1 and revoked_at is null";

    private const string FindReporting = "select time_zone as TimeZone, language from clients where id = @Id";

    private const string SetReporting = "update clients set time_zone = @TimeZone, language = @Language where id = @Id";

    /// <summary>How long a key's answer is remembered: so long a revoked key may still work.</summary>
    public static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<string, Client?> _byKey;
    private readonly SingleFlightCache<ValueTuple, bool> _anyKeys;

    // Written by requests, emptied by KeyUseWriter. No larger than the table of keys: only those that were found come in.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _used = new();

    public ClientStore(NpgsqlDataSource dataSource, TimeProvider time)
    {
        (_dataSource, _time) = (dataSource, time);
        _byKey = new(CacheLifetime, time, async hash =>
            (await _dataSource.QuerySingleOrDefaultAsync<FoundClient>(FindByHash, new { KeyHash = Convert.FromHexString(hash) }, CancellationToken.None))?.ToClient());
        _anyKeys = new(CacheLifetime, time, async _ => (await _dataSource.QueryAsync<bool>(AnyKeys, null, CancellationToken.None)).Single());
    }

    /// <summary>The client of a key, which counts as a use; null when the key is unknown, expired or revoked.</summary>
    public Task<Client?> FindByKeyAsync(string key, CancellationToken cancellationToken) => FindByHashAsync(ApiKey.Hash(key), cancellationToken);

    /// <summary>The same where the key itself is not at hand.</summary>
    internal async Task<Client?> FindByHashAsync(byte[] keyHash, CancellationToken cancellationToken)
    {
        var client = await _byKey.GetAsync(Convert.ToHexString(keyHash), cancellationToken);
        if (client?.KeyId is { } keyId)
        {
            _used[keyId] = _time.GetUtcNow();
        }

        return client;
    }

    /// <summary>Whether there is a key that is not revoked, and so every request needs one.</summary>
    public Task<bool> AnyKeysAsync(CancellationToken cancellationToken) => _anyKeys.GetAsync(default, cancellationToken);

    /// <summary>The client of a name; null when nobody of that name has a key in force. The local client has its name always.</summary>
    public Task<Guid?> FindIdAsync(string name, CancellationToken cancellationToken) =>
        _dataSource.QuerySingleOrDefaultAsync<Guid?>(FindId, new { Name = name }, cancellationToken);

    /// <summary>What a client may use by itself, for work that is done without its key.</summary>
    public async Task<ClientLimits> FindLimitsAsync(Guid id, CancellationToken cancellationToken) =>
        await _dataSource.QuerySingleOrDefaultAsync<ClientLimits>(FindLimits, new { Id = id }, cancellationToken) ?? ClientLimits.None;

    /// <summary>How much the turns of clients count, by id, of those with another weight than 1.</summary>
    public async Task<IReadOnlyDictionary<string, double>> FindWeightsAsync(CancellationToken cancellationToken) =>
        (await _dataSource.QueryAsync<(string Id, double Weight)>(FindWeights, null, cancellationToken)).ToDictionary(row => row.Id, row => row.Weight);

    /// <summary>Where the client's days begin and how its reports are written, as far as it said.</summary>
    public async Task<ClientReporting> FindReportingAsync(Guid id, CancellationToken cancellationToken) =>
        (await _dataSource.QueryAsync<ClientReporting>(FindReporting, new { Id = id }, cancellationToken)).SingleOrDefault() ?? new();

    public Task SetReportingAsync(Guid id, ClientReporting reporting, CancellationToken cancellationToken) =>
        _dataSource.ExecuteAsync(SetReporting, new { Id = id, reporting.TimeZone, reporting.Language }, cancellationToken);

    /// <summary>Stores when keys were last used, as far as it is not stored yet.</summary>
    internal async Task WriteUsesAsync(CancellationToken cancellationToken)
    {
        var used = _used.ToArray();
        if (used is [])
        {
            return;
        }

        var parameters = new { Ids = used.Select(use => use.Key).ToArray(), UsedAt = used.Select(use => use.Value.UtcDateTime).ToArray() };
        await _dataSource.ExecuteAsync(WriteUses, parameters, cancellationToken);
        foreach (var use in used)
        {
            _used.TryRemove(use); // Unless it was used again meanwhile: the next round writes that.
        }
    }

    /// <summary>Keys changed in this process: it need not wait until its answers have grown old.</summary>
    internal void Forget()
    {
        _byKey.Clear();
        _anyKeys.Clear();
    }

    private sealed record FoundClient : ClientLimits
    {
        public required Guid Id { get; init; }

        public required string Name { get; init; }

        public required Role Role { get; init; }

        public required Guid KeyId { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public Client ToClient() => new() { Id = Id, Name = Name, Role = Role, KeyId = KeyId, ExpiresAt = ExpiresAt, Limits = Over(None) };
    }
}
