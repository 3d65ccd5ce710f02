using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Webhooks;

/// <summary>What clients see of their webhooks and do to them: deliveries and signing secrets.</summary>
public sealed class WebhookStore(NpgsqlDataSource dataSource, Vault vault, IOptions<WebhookOptions> options, TimeProvider time)
{
    private const string Summary = """
        id, client_id as ClientId, (select coalesce(max(name), client_id::text) from clients where clients.id = client_id) as Client, job_id as JobId, batch_id as BatchId, url, type, state, attempts, created_at as CreatedAt, attempted_at as AttemptedAt,
        case when state = 'pending' then due_at end as DueAt, finished_at as FinishedAt, status::int, error, response
        """;

    private const string Whole = $"{Summary}, payload, (select cached_from from jobs where jobs.id = job_id) as CachedFrom";

    private const string Matches = """
        (@Before::uuid is null or id < @Before) and (@JobId::uuid is null or job_id = @JobId)
           and (@BatchId::uuid is null or batch_id = @BatchId) and (@State::text is null or state = @State)
        """;

    private const string List = $"""
        select {Summary} from webhook_deliveries
         where client_id = @ClientId and {Matches}
         order by id desc limit @Limit
        """;

    private const string ListOfAll = $"""
        select {Summary} from webhook_deliveries
         where {Matches}
         order by id desc limit @Limit
        """;

    private const string Find = $"select {Whole} from webhook_deliveries where id = @Id and (@ClientId::uuid is null or client_id = @ClientId)";

    private const string OfJobs = $"select {Whole} from webhook_deliveries where client_id = @ClientId and job_id = any(@Ids) order by id";

    // From the beginning of the schedule, to a URL that is given another chance.
    private const string Replay = $"""
        with replayed as (
            update webhook_deliveries set state = 'pending', failures = 0, due_at = now(), finished_at = null, error = null
             where client_id = @ClientId and id = @Id returning *),
        enabled as (
            delete from webhook_endpoints using replayed
             where webhook_endpoints.client_id = replayed.client_id and webhook_endpoints.url = replayed.url)
        select {Whole} from replayed
        """;

    private const string Endpoint = """
        select exists (select from webhook_secrets where client_id = @ClientId and expires_at is null) as HasSecret,
               (select disabled_at from webhook_endpoints where client_id = @ClientId and url = @Url) as DisabledAt
        """;

    private const string SecretColumns = "id, created_at as CreatedAt, expires_at as ExpiresAt";

    // Two sign at most: the new one, and the one before it for the time of the overlap.
    private const string AddSecret = $"""
        with ended as (
            delete from webhook_secrets where client_id = @ClientId and expires_at is not null),
        replaced as (
            update webhook_secrets set expires_at = now() + @OverlapSeconds * interval '1 second'
             where client_id = @ClientId and expires_at is null)
        insert into webhook_secrets (id, client_id, secret) values (@Id, @ClientId, @Secret) returning {SecretColumns}
        """;

    private const string LockClient = "select id from clients where id = @ClientId for update";

    private const string ListSecrets = $"""
        select {SecretColumns} from webhook_secrets
         where client_id = @ClientId and (expires_at is null or expires_at > now()) order by expires_at desc nulls first
        """;

    private const string DeleteSecret = "delete from webhook_secrets where client_id = @ClientId and id = @Id";

    /// <summary>Newest first.</summary>
    /// <param name="clientId">Whose; null: everybody's.</param>
    public async Task<IReadOnlyList<WebhookDelivery>> ListAsync(Guid? clientId, DeliveryFilter filter, CancellationToken cancellationToken)
    {
        var parameters = new { ClientId = clientId, filter.Before, filter.JobId, filter.BatchId, filter.State, filter.Limit };
        return await dataSource.QueryAsync<WebhookDelivery>(clientId is null ? ListOfAll : List, parameters, cancellationToken).OpenedAsync(vault);
    }

    /// <summary>Those that tell of the jobs, with their bodies, oldest first.</summary>
    public Task<IReadOnlyList<WebhookDelivery>> OfJobsAsync(Guid clientId, Guid[] jobs, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<WebhookDelivery>(OfJobs, new { ClientId = clientId, Ids = jobs }, cancellationToken).OpenedAsync(vault);

    /// <param name="clientId">Whose it has to be; null: anybody's.</param>
    public Task<WebhookDelivery?> FindAsync(Guid? clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<WebhookDelivery>(Find, new { ClientId = clientId, Id = id }, cancellationToken).OpenedAsync(vault);

    /// <summary>Starts a delivery over, whatever became of it, with the same id and body; null when the client has no such delivery.</summary>
    public Task<WebhookDelivery?> ReplayAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<WebhookDelivery>(Replay, new { ClientId = clientId, Id = id }, cancellationToken).OpenedAsync(vault);

    public async Task<WebhookEndpoint> FindEndpointAsync(Guid clientId, string url, CancellationToken cancellationToken) =>
        (await dataSource.QuerySingleOrDefaultAsync<WebhookEndpoint>(Endpoint, new { ClientId = clientId, Url = url }, cancellationToken))!;

    /// <summary>Makes a secret the current one and returns it: the only time that it can be read. The one before goes on signing for the overlap.</summary>
    public async Task<(WebhookSecret Secret, string Text)> AddSecretAsync(Guid clientId, CancellationToken cancellationToken)
    {
        var secret = WebhookSignature.CreateSecret();
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var parameters = new { Id = id, ClientId = clientId, Secret = vault.Seal(EncryptedColumn.WebhookSecret, id, secret), OverlapSeconds = options.Value.SecretOverlap.TotalSeconds };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // One at a time: two at once would both see the same one before them, and leave two current ones.
        await connection.ExecuteAsync(LockClient, parameters, cancellationToken);
        var row = await connection.QuerySingleAsync<WebhookSecret>(AddSecret, parameters, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (row, WebhookSignature.Text(secret));
    }

    /// <summary>Those that sign, the current one first.</summary>
    public Task<IReadOnlyList<WebhookSecret>> ListSecretsAsync(Guid clientId, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<WebhookSecret>(ListSecrets, new { ClientId = clientId }, cancellationToken);

    /// <summary>Ends a secret at once; false when the client has no such secret.</summary>
    public async Task<bool> DeleteSecretAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        await dataSource.ExecuteAsync(DeleteSecret, new { ClientId = clientId, Id = id }, cancellationToken) > 0;
}

/// <summary>A signing secret in force, without the secret itself.</summary>
public sealed record WebhookSecret
{
    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops signing; null for the current one.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What is known of a URL that a client names for webhooks.</summary>
public sealed record WebhookEndpoint
{
    /// <summary>Whether the client has anything to sign with.</summary>
    public required bool HasSecret { get; init; }

    /// <summary>When the URL answered 410 Gone.</summary>
    public DateTimeOffset? DisabledAt { get; init; }
}
