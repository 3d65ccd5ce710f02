using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Upkeep;

/// <summary>Finds and deletes what is kept for long: conversations, documents, records of what was done, and clients whose keys were revoked.</summary>
public sealed class RecordStore(NpgsqlDataSource dataSource)
{
    private const string OldConversations = """
        select id, client_id as ClientId, kind from conversations c
         where created_at < now() - @AgeSeconds * interval '1 second'
           and not exists (
               select from conversation_messages m where m.conversation_id = c.id and m.created_at >= now() - @AgeSeconds * interval '1 second')
         order by created_at limit @Limit
        """;

    private const string OldDocuments = """
        select id, client_id as ClientId from documents where created_at < now() - @AgeSeconds * interval '1 second' order by created_at limit @Limit
        """;

    private const string RevokedClients = """
        select id from clients where revoked_at < now() - @AgeSeconds * interval '1 second' and erased_at is null order by revoked_at limit @Limit
        """;

    // Their ids tell the time.
    private const string DeleteAudit = """
        delete from audit where ctid = any(array(select ctid from audit where id < @Floor order by id limit @Limit))
        """;

    private const string DeleteJobActions = """
        delete from job_actions where ctid = any(array(select ctid from job_actions where id < @Floor and finished_at is not null order by id limit @Limit))
        """;

    private const string DeleteUsage = """
        delete from usage where ctid = any(array(select ctid from usage where day < now() - @AgeSeconds * interval '1 second' limit @Limit))
        """;

    private const string DeleteWebhookSecrets = """
        delete from webhook_secrets where ctid = any(array(select ctid from webhook_secrets where expires_at < now() limit @Limit))
        """;

    /// <summary>Those without a message that is younger, the oldest first.</summary>
    public Task<IReadOnlyList<(Guid Id, Guid ClientId, string Kind)>> OldConversationsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<(Guid Id, Guid ClientId, string Kind)>(OldConversations, Old(age, limit), cancellationToken);

    public Task<IReadOnlyList<(Guid Id, Guid ClientId)>> OldDocumentsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<(Guid Id, Guid ClientId)>(OldDocuments, Old(age, limit), cancellationToken);

    /// <summary>Those that are not erased yet.</summary>
    public Task<IReadOnlyList<Guid>> RevokedClientsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Guid>(RevokedClients, Old(age, limit), cancellationToken);

    /// <param name="floor">The least id that is young enough.</param>
    /// <param name="limit">Of one statement.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<int> DeleteAuditAsync(Guid floor, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(DeleteAudit, new { Floor = floor, Limit = limit }, cancellationToken);

    /// <param name="floor">The least id that is young enough.</param>
    /// <param name="limit">Of one statement.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<int> DeleteJobActionsAsync(Guid floor, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(DeleteJobActions, new { Floor = floor, Limit = limit }, cancellationToken);

    public Task<int> DeleteUsageAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(DeleteUsage, Old(age, limit), cancellationToken);

    /// <summary>Deletes those that sign nothing any more.</summary>
    public Task<int> DeleteWebhookSecretsAsync(int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(DeleteWebhookSecrets, new { Limit = limit }, cancellationToken);

    private static object Old(TimeSpan age, int limit) => new { AgeSeconds = age.TotalSeconds, Limit = limit };
}
