using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Core.Webhooks;

/// <summary>What clients see of their webhooks and do to them: deliveries and signing secrets.</summary>
public sealed class WebhookStore(NpgsqlDataSource dataSource, IOptions<WebhookOptions> options)
{
    public async Task<IReadOnlyList<WebhookDelivery>> ListAsync(Guid clientId, DeliveryFilter filter, CancellationToken cancellationToken)
    {
        var parameters = new { ClientId = clientId, filter.Before, filter.JobId, filter.BatchId, filter.State, filter.Limit };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<WebhookDelivery>(Command(WebhookSql.List, parameters, cancellationToken))).AsList();
    }

    public Task<WebhookDelivery?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        SingleAsync<WebhookDelivery>(WebhookSql.Find, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <summary>Starts a delivery over, whatever became of it, with the same id and body; null when the client has no such delivery.</summary>
    public Task<WebhookDelivery?> ReplayAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        SingleAsync<WebhookDelivery>(WebhookSql.Replay, new { ClientId = clientId, Id = id }, cancellationToken);

    public async Task<WebhookEndpoint> FindEndpointAsync(Guid clientId, string url, CancellationToken cancellationToken) =>
        (await SingleAsync<WebhookEndpoint>(WebhookSql.Endpoint, new { ClientId = clientId, Url = url }, cancellationToken))!;

    /// <summary>Makes a secret the current one and returns it: the only time that it can be read. The one before goes on signing for the overlap.</summary>
    public async Task<(WebhookSecret Secret, string Text)> AddSecretAsync(Guid clientId, CancellationToken cancellationToken)
    {
        var secret = WebhookSignature.CreateSecret();
        var parameters = new { ClientId = clientId, Secret = secret, OverlapSeconds = options.Value.SecretOverlap.TotalSeconds };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // One at a time: two at once would both see the same one before them, and leave two current ones.
        await connection.ExecuteAsync(Command(WebhookSql.LockClient, parameters, cancellationToken));
        var row = await connection.QuerySingleAsync<WebhookSecret>(Command(WebhookSql.AddSecret, parameters, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return (row, WebhookSignature.Text(secret));
    }

    /// <summary>Those that sign, the current one first.</summary>
    public async Task<IReadOnlyList<WebhookSecret>> ListSecretsAsync(Guid clientId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<WebhookSecret>(Command(WebhookSql.ListSecrets, new { ClientId = clientId }, cancellationToken))).AsList();
    }

    /// <summary>Ends a secret at once; false when the client has no such secret.</summary>
    public async Task<bool> DeleteSecretAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Command(WebhookSql.DeleteSecret, new { ClientId = clientId, Id = id }, cancellationToken)) > 0;
    }

    private async Task<T?> SingleAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters, cancellationToken));
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}
