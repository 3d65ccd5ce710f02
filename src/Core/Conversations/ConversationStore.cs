using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Erasure;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Conversations;

/// <summary>Owns <c>conversations</c> and <c>conversation_messages</c>; messages are added by <see cref="MessageWrite"/>, with their jobs.</summary>
public sealed class ConversationStore(NpgsqlDataSource dataSource, Vault vault)
{
    internal const string Insert = """
        insert into conversations (id, client_id, kind, settings, user_id, is_tagged)
        values (@Id, @ClientId, @Kind, @Settings::json, @UserId::text, @IsTagged)
        on conflict do nothing
        """;

    private const string Find = """
        select id, settings::text, user_id as UserId, created_at as CreatedAt from conversations where client_id = @ClientId and kind = @Kind and id = @Id
        """;

    private const string FindOfUser = """
        select id, settings::text, user_id as UserId, created_at as CreatedAt from conversations where client_id = @ClientId and user_id = @UserId and not is_tagged
        """;

    private const string List = """
        select id, settings::text, user_id as UserId, created_at as CreatedAt from conversations
         where client_id = @ClientId and kind = @Kind and (@Before::uuid is null or id < @Before)
         order by id desc limit @Limit
        """;

    private const string Messages = """
        select m.position, m.content, m.job_id as JobId, m.created_at as CreatedAt, coalesce(m.result, j.result)::text as Result,
               case when m.result is not null then 'succeeded' else coalesce(j.state, 'expired') end as State
          from conversation_messages m left join jobs j on j.id = m.job_id
         where m.conversation_id = @Id order by m.position
        """;

    // The lock keeps it from taking messages meanwhile.
    private const string Lock = "select id from conversations where client_id = @ClientId and kind = @Kind and id = @Id for update";

    private const string Jobs = """
        select unnest(m.job_id || m.replaced) from conversation_messages m join conversations c on c.id = m.conversation_id
         where c.client_id = @ClientId and c.kind = @Kind and c.id = @Id
        """;

    private const string Delete = "delete from conversations where client_id = @ClientId and kind = @Kind and id = @Id";

    private const string OfUser = "select id, kind from conversations where client_id = @ClientId and user_id = @UserId and id > @After order by id limit @Limit";

    // A transaction erases no more jobs than that; a longer conversation takes several statements.
    private const int JobsMax = 500;

    /// <param name="userId">Whose it is, if it is somebody's; it is one of any number.</param>
    public Task AddAsync(Guid clientId, string kind, Guid id, string settings, string? userId, CancellationToken cancellationToken) => dataSource.ExecuteAsync(
        Insert, new { Id = id, ClientId = clientId, Kind = kind, Settings = vault.Seal(EncryptedColumn.Settings, id, settings), UserId = userId, IsTagged = userId is not null }, cancellationToken);

    /// <summary>The conversation with its messages, if it exists and belongs to the client.</summary>
    public Task<Conversation?> FindAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken) =>
        FindAsync(Find, new { ClientId = clientId, Kind = kind, Id = id }, cancellationToken);

    /// <summary>The conversation of a user of the client with its messages; null before the first message.</summary>
    public Task<Conversation?> FindOfUserAsync(Guid clientId, string userId, CancellationToken cancellationToken) =>
        FindAsync(FindOfUser, new { ClientId = clientId, UserId = userId }, cancellationToken);

    /// <summary>Newest first, without messages.</summary>
    public Task<IReadOnlyList<Conversation>> ListAsync(Guid clientId, string kind, Guid? before, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Conversation>(List, new { ClientId = clientId, Kind = kind, Before = before, Limit = limit }, cancellationToken).OpenedAsync(vault);

    /// <summary>Ids and kinds of all that a user of the client has, oldest first.</summary>
    public Task<IReadOnlyList<(Guid Id, string Kind)>> ListOfUserAsync(Guid clientId, string userId, Guid after, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<(Guid Id, string Kind)>(OfUser, new { ClientId = clientId, UserId = userId, After = after, Limit = limit }, cancellationToken);

    /// <summary>Deletes the conversation with its messages and the jobs that answered them; false where there is none.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken)
    {
        var key = new { ClientId = clientId, Kind = kind, Id = id };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Lock, key, cancellationToken);
        foreach (var jobs in (await connection.QueryAsync<Guid>(Jobs, key, cancellationToken)).Chunk(JobsMax))
        {
            await JobErasure.EraseAsync(connection, clientId, jobs, cancellationToken);
        }

        var isDeleted = await connection.ExecuteAsync(Delete, key, cancellationToken) is 1;
        await transaction.CommitAsync(cancellationToken);
        return isDeleted;
    }

    private async Task<Conversation?> FindAsync(string sql, object key, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<Conversation>(sql, key, cancellationToken);
        return found is null ? null : found with
        {
            Settings = vault.Open(EncryptedColumn.Settings, found.Id, found.Settings),
            Messages = (await connection.QueryAsync<SentMessage>(Messages, new { found.Id }, cancellationToken)).Opened(vault),
        };
    }
}
