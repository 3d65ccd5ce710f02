using Npgsql;
using Pipeline.Core.Postgres;
using Pipeline.Core.Results;

namespace Pipeline.Core.Clients;

/// <summary>API keys and whom they belong to.</summary>
public sealed class ClientStore
{
    private const string Columns = "id, name, created_at as CreatedAt, revoked_at as RevokedAt";

    private const string Insert = "insert into clients (id, name, key_hash) values (@Id, @Name, @KeyHash)";

    private const string FindByHash = $"select {Columns} from clients where key_hash = @KeyHash and revoked_at is null";

    private const string AnyKeys = "select exists (select from clients where key_hash is not null and revoked_at is null)";

    private const string List = $"select {Columns} from clients where key_hash is not null order by created_at";

    private const string Revoke = "update clients set revoked_at = now() where name = @Name and key_hash is not null and revoked_at is null";

    private const string FindReporting = "select time_zone as TimeZone, language from clients where id = @Id";

    private const string SetReporting = "update clients set time_zone = @TimeZone, language = @Language where id = @Id";

    /// <summary>How long a key's answer is remembered: so long a revoked key may still work.</summary>
    public static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly SingleFlightCache<string, Client?> _byKey;
    private readonly SingleFlightCache<ValueTuple, bool> _anyKeys;

    public ClientStore(NpgsqlDataSource dataSource, TimeProvider time)
    {
        _dataSource = dataSource;
        _byKey = new(CacheLifetime, time, async hash =>
            (await _dataSource.QueryAsync<Client>(FindByHash, new { KeyHash = Convert.FromHexString(hash) }, CancellationToken.None)).SingleOrDefault());
        _anyKeys = new(CacheLifetime, time, async _ => (await _dataSource.QueryAsync<bool>(AnyKeys, null, CancellationToken.None)).Single());
    }

    /// <summary>Makes a key and returns it: the only time that it can be read.</summary>
    /// <exception cref="ClientExistsException">The name is in use.</exception>
    public async Task<string> AddAsync(string name, CancellationToken cancellationToken)
    {
        var key = ApiKey.Create();
        try
        {
            await _dataSource.ExecuteAsync(Insert, new { Id = Guid.CreateVersion7(), Name = name, KeyHash = ApiKey.Hash(key) }, cancellationToken);
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
        _dataSource.QueryAsync<Client>(List, null, cancellationToken);

    /// <summary>False when no key in force has the name.</summary>
    public async Task<bool> RevokeAsync(string name, CancellationToken cancellationToken) =>
        await _dataSource.ExecuteAsync(Revoke, new { Name = name }, cancellationToken) > 0;

    /// <summary>Where the client's days begin and how its reports are written, as far as it said.</summary>
    public async Task<ClientReporting> FindReportingAsync(Guid id, CancellationToken cancellationToken) =>
        (await _dataSource.QueryAsync<ClientReporting>(FindReporting, new { Id = id }, cancellationToken)).SingleOrDefault() ?? new();

    public Task SetReportingAsync(Guid id, ClientReporting reporting, CancellationToken cancellationToken) =>
        _dataSource.ExecuteAsync(SetReporting, new { Id = id, reporting.TimeZone, reporting.Language }, cancellationToken);
}
