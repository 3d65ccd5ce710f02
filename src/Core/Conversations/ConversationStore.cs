using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Conversations;

/// <summary>Owns <c>conversations</c> and <c>conversation_messages</c>; messages are added by <see cref="MessageWrite"/>, with their jobs.</summary>
public sealed class ConversationStore(NpgsqlDataSource dataSource)
{
    internal const string Insert = """
        insert into conversations (id, client_id, kind, settings, user_id) values (@Id, @ClientId, @Kind, @Settings::json, @UserId::text)
        on conflict do nothing
        """;

    private const string Find = """
        select id, settings::text, user_id as UserId, created_at as CreatedAt from conversations where client_id = @ClientId and kind = @Kind and id = @Id
        """;

    private const string FindOfUser = """
        select id, settings::text, user_id as UserId, created_at as CreatedAt from conversations where client_id = @ClientId and user_id = @UserId
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

    // Jobs first: messages go with their conversation. Those in flight end here and now, as when a client cancels them, and what was
    // said in the others is forgotten; that there was a job stays, for counts and for repeats under an idempotency key.
    private const string Forget = """
        update jobs set state = 'canceled', input = '{}', result = null, error_code = null, error = null, due_at = null, worker_id = null, cache_key = null,
               finished_at = coalesce(finished_at, now()), finished_xid = coalesce(finished_xid, pg_current_xact_id())
         where client_id = @ClientId
           and id = any(array(select m.job_id from conversation_messages m join conversations c on c.id = m.conversation_id
                               where c.client_id = @ClientId and c.kind = @Kind and c.id = @Id))
        """;

    private const string Delete = "delete from conversations where client_id = @ClientId and kind = @Kind and id = @Id";

    public Task AddAsync(Guid clientId, string kind, Guid id, string settings, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Insert, new { Id = id, ClientId = clientId, Kind = kind, Settings = settings, UserId = (string?)null }, cancellationToken);

    /// <summary>The conversation with its messages, if it exists and belongs to the client.</summary>
    public Task<Conversation?> FindAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken) =>
        FindAsync(Find, new { ClientId = clientId, Kind = kind, Id = id }, cancellationToken);

    /// <summary>The conversation of a user of the client with its messages; null before the first message.</summary>
    public Task<Conversation?> FindOfUserAsync(Guid clientId, string userId, CancellationToken cancellationToken) =>
        FindAsync(FindOfUser, new { ClientId = clientId, UserId = userId }, cancellationToken);

    /// <summary>Newest first, without messages.</summary>
    public Task<IReadOnlyList<Conversation>> ListAsync(Guid clientId, string kind, Guid? before, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Conversation>(List, new { ClientId = clientId, Kind = kind, Before = before, Limit = limit }, cancellationToken);

    /// <summary>Deletes the conversation with its messages, and what its jobs were asked and answered; false where there is none.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken)
    {
        var key = new { ClientId = clientId, Kind = kind, Id = id };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Forget, key, cancellationToken);
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
            Messages = await connection.QueryAsync<SentMessage>(Messages, new { found.Id }, cancellationToken),
        };
    }
}
