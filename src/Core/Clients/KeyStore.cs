using System.Globalization;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Clients;

/// <summary>
/// Makes, changes and ends API keys. Owns <c>api_keys</c>. Each change is one transaction, and only one runs at a time, because
/// most depend on which other keys there are.
/// </summary>
public sealed class KeyStore(NpgsqlDataSource dataSource, ClientStore clients, TimeProvider time)
{
    private const string Columns = """
        k.id, c.name, c.role, c.weight::float8 as Weight,
        c.requests_per_minute as RequestsPerMinute, c.jobs_in_flight as JobsInFlight, c.waiting_jobs as WaitingJobs,
        c.tokens_per_day as TokensPerDay, c.tokens_per_month as TokensPerMonth, c.batch_jobs as BatchJobs, k.prefix, k.created_at as CreatedAt, k.expires_at as ExpiresAt, k.last_used_at as LastUsedAt, k.revoked_at as RevokedAt,
        case when k.revoked_at is not null then 'revoked' when k.expires_at <= now() then 'expired' else 'active' end as State
        """;

    private const string List = $"""
        select {Columns} from api_keys k join clients c on c.id = k.client_id
         where @Before::uuid is null or k.id < @Before order by k.id desc limit @Limit::int
        """;

    private const string Newest = $"""
        select {Columns} from api_keys k join clients c on c.id = k.client_id
         where c.id = @ClientId and k.revoked_at is null order by k.created_at desc, k.id desc limit 1
        """;

    // Readers and the hot path go on; another change waits.
    private const string Lock = "lock table api_keys in share row exclusive mode";

    private const string AnyKeys = "select exists (select from api_keys where revoked_at is null)";

    private const string AnyAdmin = """
        select exists (
          select from api_keys k join clients c on c.id = k.client_id
           where c.role = 'admin' and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()))
        """;

    private const string FindActive = "select id, role from clients where name = @Name and revoked_at is null and id <> @LocalId";

    // The local client has its name for ever.
    private const string IsTaken = "select exists (select from clients where name = @Name and revoked_at is null)";

    private const string AddClient = "insert into clients (id, name, role) values (@Id, @Name, @Role) returning id";

    private const string ReviveClient = """
        update clients set revoked_at = null, role = @Role
         where id = (select id from clients where name = @Name and erased_at is null order by revoked_at desc limit 1)
        returning id
        """;

    private const string AddKey = """
        insert into api_keys (id, client_id, key_hash, prefix, expires_at) values (@Id, @ClientId, @KeyHash, @Prefix, @ExpiresAt)
        """;

    // It lives as long as the one that it replaces was to: a key with an end is not followed by one without.
    private const string AddSuccessor = """
        insert into api_keys (id, client_id, key_hash, prefix, created_at, expires_at)
        select @Id, client_id, @KeyHash, @Prefix, clock_timestamp(), clock_timestamp() + (expires_at - created_at)
          from api_keys where client_id = @ClientId and revoked_at is null order by created_at desc, id desc limit 1
        """;

    private const string EndOthers = """
        update api_keys set expires_at = least(expires_at, now() + @GraceSeconds * interval '1 second')
         where client_id = @ClientId and revoked_at is null and id <> @Id
        """;

    private const string SetRole = "update clients set role = @Role where id = @ClientId";

    private const string SetWeight = "update clients set weight = @Weight where id = @ClientId";

    // As one object of limits by their names; null takes one away.
    private const string SetLimits = """
        update clients
           set requests_per_minute = case when l.set ? 'requests_per_minute' then (l.set ->> 'requests_per_minute')::int else requests_per_minute end,
               jobs_in_flight = case when l.set ? 'jobs_in_flight' then (l.set ->> 'jobs_in_flight')::int else jobs_in_flight end,
               waiting_jobs = case when l.set ? 'waiting_jobs' then (l.set ->> 'waiting_jobs')::int else waiting_jobs end,
               tokens_per_day = case when l.set ? 'tokens_per_day' then (l.set ->> 'tokens_per_day')::bigint else tokens_per_day end,
               tokens_per_month = case when l.set ? 'tokens_per_month' then (l.set ->> 'tokens_per_month')::bigint else tokens_per_month end,
               batch_jobs = case when l.set ? 'batch_jobs' then (l.set ->> 'batch_jobs')::int else batch_jobs end
          from (select jsonb_object(@Names::text[], @Values::text[]) as set) as l
         where id = @ClientId
        """;

    private const string SetExpiry = """
        update api_keys set expires_at = case when id = @Id then @ExpiresAt::timestamptz else least(expires_at, @ExpiresAt::timestamptz) end
         where client_id = @ClientId and revoked_at is null
        """;

    private const string Revoke = """
        update api_keys set revoked_at = now() where client_id = @ClientId and revoked_at is null and (@KeyId::uuid is null or id = @KeyId)
        """;

    private const string RevokeClient = """
        update clients set revoked_at = now()
         where id = @ClientId and not exists (select from api_keys where client_id = @ClientId and revoked_at is null)
        """;

    private const string FindNamed = """
        select id, role from clients where name = @Name and (not @RevokedOnly or revoked_at is not null) order by id
        """;

    /// <summary>Every key there was, expired and revoked ones included, newest first.</summary>
    /// <param name="before">Only keys older than this one.</param>
    /// <param name="limit">Null: all.</param>
    public Task<IReadOnlyList<StoredKey>> ListAsync(Guid? before, int? limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<StoredKey>(List, new { Before = before, Limit = limit }, cancellationToken);

    /// <summary>Makes a client with a key, or a key for a client that had been revoked.</summary>
    public Task<KeyReply> AddAsync(NewKey wanted, CancellationToken cancellationToken) => ChangeAsync(
        async connection =>
        {
            var isFirst = !await connection.QuerySingleAsync<bool>(AnyKeys, null, cancellationToken);
            var role = wanted.Role ?? (isFirst ? Role.Admin : Role.Client);
            if (isFirst && role is not Role.Admin)
            {
                return new KeyReply.Refused(KeyRefusal.FirstIsAdmin, "The first key is an admin's, or nobody could manage the others. Leave the role out, or make it admin.");
            }

            if (await connection.QuerySingleAsync<bool>(IsTaken, new { wanted.Name }, cancellationToken))
            {
                return new KeyReply.Refused(
                    KeyRefusal.NameTaken, $"A key named '{wanted.Name}' exists. Choose another name, revoke it first, or rotate it: that gives the same client a new key.");
            }

            var client = new { Id = Guid.CreateVersion7(time.GetUtcNow()), wanted.Name, Role = role.Word() };
            if (await connection.QuerySingleOrDefaultAsync<Guid?>(wanted.SameClient ? ReviveClient : AddClient, client, cancellationToken) is not { } clientId)
            {
                return new KeyReply.Refused(KeyRefusal.NoSuchClient, $"Nobody was named '{wanted.Name}' before, so there is no client to be the same as. Add it as a new one.");
            }

            return await AddKeyAsync(connection, AddKey, clientId, wanted.ExpiresAt, cancellationToken);
        },
        cancellationToken);

    /// <summary>Makes a new key for a client. Its other keys end after the grace time, or when they would have ended anyway.</summary>
    public Task<KeyReply> RotateAsync(string name, TimeSpan grace, CancellationToken cancellationToken) => ChangeClientAsync(
        name,
        async (connection, client) =>
        {
            var made = await AddKeyAsync(connection, AddSuccessor, client.Id, expiresAt: null, cancellationToken);
            await connection.ExecuteAsync(EndOthers, new { ClientId = client.Id, made.Key.Id, GraceSeconds = grace.TotalSeconds }, cancellationToken);
            return made;
        },
        cancellationToken);

    /// <summary>Changes the role, weight or limits of a client, or when its keys expire.</summary>
    public Task<KeyReply> ChangeAsync(string name, KeyChange change, CancellationToken cancellationToken) => ChangeClientAsync(
        name,
        async (connection, client) =>
        {
            if (change.Role is { } role)
            {
                await connection.ExecuteAsync(SetRole, new { ClientId = client.Id, Role = role.Word() }, cancellationToken);
            }

            if (change.Weight is { } weight)
            {
                await connection.ExecuteAsync(SetWeight, new { ClientId = client.Id, Weight = weight }, cancellationToken);
            }

            if (change.Limits is { Count: > 0 } limits)
            {
                var values = limits.Values.Select(limit => limit?.ToString(CultureInfo.InvariantCulture)).ToArray();
                await connection.ExecuteAsync(SetLimits, new { ClientId = client.Id, Names = limits.Keys.ToArray(), Values = values }, cancellationToken);
            }

            var key = await NewestAsync(connection, client.Id, cancellationToken);
            if (change.SetsExpiry)
            {
                await connection.ExecuteAsync(SetExpiry, new { ClientId = client.Id, key.Id, change.ExpiresAt }, cancellationToken);
                key = await NewestAsync(connection, client.Id, cancellationToken);
            }

            return new KeyReply.Changed(key);
        },
        cancellationToken);

    /// <summary>Ends one key of a client, or all of them. A client without any is revoked: its name is free again.</summary>
    /// <param name="keyId">Null: all of them.</param>
    public Task<KeyReply> RevokeAsync(string name, Guid? keyId, CancellationToken cancellationToken) => ChangeClientAsync(
        name,
        async (connection, client) =>
        {
            var keys = await connection.ExecuteAsync(Revoke, new { ClientId = client.Id, KeyId = keyId }, cancellationToken);
            if (keys is 0)
            {
                return new KeyReply.Refused(KeyRefusal.NotFound, $"'{name}' has no active key {keyId}. GET /api/keys lists all keys.");
            }

            await connection.ExecuteAsync(RevokeClient, new { ClientId = client.Id }, cancellationToken);
            return new KeyReply.Revoked(keys);
        },
        cancellationToken);

    /// <summary>Ends the keys of every client that had a name, before what they have is erased. Asked again, it answers the same.</summary>
    /// <param name="revokedOnly">Whoever has the name now is spared.</param>
    public Task<KeyReply> BeginErasureAsync(string name, bool revokedOnly, CancellationToken cancellationToken) => ChangeAsync(
        async connection =>
        {
            var named = await connection.QueryAsync<ActiveClient>(FindNamed, new { Name = name, RevokedOnly = revokedOnly }, cancellationToken);
            if (named.Count is 0)
            {
                return new KeyReply.Refused(KeyRefusal.NotFound, $"There was never a {(revokedOnly ? "revoked " : "")}client named '{name}'; ./run keys list and GET /api/keys show all keys.");
            }

            foreach (var client in named.Where(client => client.Id != Client.LocalId))
            {
                await connection.ExecuteAsync(Revoke, new { ClientId = client.Id, KeyId = (Guid?)null }, cancellationToken);
                await connection.ExecuteAsync(RevokeClient, new { ClientId = client.Id }, cancellationToken);
            }

            return named.All(client => client.Role is not Role.Admin) || await connection.QuerySingleAsync<bool>(AnyAdmin, null, cancellationToken)
                ? new KeyReply.Erasing([.. named.Select(client => client.Id)])
                : LastAdmin(name);
        },
        cancellationToken);

    private Task<KeyReply> ChangeClientAsync(
        string name, Func<NpgsqlConnection, (Guid Id, Role Role), Task<KeyReply>> change, CancellationToken cancellationToken) => ChangeAsync(
        async connection =>
        {
            var found = await connection.QueryAsync<ActiveClient>(FindActive, new { Name = name, Client.LocalId }, cancellationToken);
            if (found is not [var client])
            {
                return new KeyReply.Refused(KeyRefusal.NotFound, $"There is no active key named '{name}'; ./run keys list and GET /api/keys show all keys.");
            }

            var reply = await change(connection, (client.Id, client.Role));
            return client.Role is not Role.Admin || await connection.QuerySingleAsync<bool>(AnyAdmin, null, cancellationToken)
                ? reply
                : LastAdmin(name);
        },
        cancellationToken);

    private static KeyReply.Refused LastAdmin(string name) => new(
        KeyRefusal.LastAdmin, $"'{name}' has the last key of an admin; without one nobody could manage keys. Make another first: ./run keys add NAME --role admin.");

    /// <summary>Keeps what was changed unless it ends as refused.</summary>
    private async Task<KeyReply> ChangeAsync(Func<NpgsqlConnection, Task<KeyReply>> change, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Lock, null, cancellationToken);
        var reply = await change(connection);
        if (reply is not KeyReply.Refused)
        {
            await transaction.CommitAsync(cancellationToken);
            clients.Forget();
        }

        return reply;
    }

    private async Task<KeyReply.Made> AddKeyAsync(
        NpgsqlConnection connection, string sql, Guid clientId, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var secret = ApiKey.Create();
        var key = new { Id = Guid.CreateVersion7(time.GetUtcNow()), ClientId = clientId, KeyHash = ApiKey.Hash(secret), Prefix = ApiKey.Prefix(secret), ExpiresAt = expiresAt };
        await connection.ExecuteAsync(sql, key, cancellationToken);
        return new(await NewestAsync(connection, clientId, cancellationToken), secret);
    }

    private static Task<StoredKey> NewestAsync(NpgsqlConnection connection, Guid clientId, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<StoredKey>(Newest, new { ClientId = clientId }, cancellationToken);

    private sealed record ActiveClient
    {
        public required Guid Id { get; init; }

        public required Role Role { get; init; }
    }
}
