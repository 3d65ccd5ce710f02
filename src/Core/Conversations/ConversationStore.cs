using Dapper;
using Npgsql;

namespace Pipeline.Core.Conversations;

/// <summary>Owns <c>conversations</c> and <c>conversation_messages</c>; messages are added by <see cref="MessageWrite"/>, with their jobs.</summary>
public sealed class ConversationStore(NpgsqlDataSource dataSource)
{
    public async Task AddAsync(Guid clientId, string kind, Guid id, string settings, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            ConversationSql.Insert, new { Id = id, ClientId = clientId, Kind = kind, Settings = settings }, cancellationToken: cancellationToken));
    }

    /// <summary>The conversation with its messages, if it exists and belongs to the client.</summary>
    public async Task<Conversation?> FindAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<Conversation>(
            new CommandDefinition(ConversationSql.Find, new { ClientId = clientId, Kind = kind, Id = id }, cancellationToken: cancellationToken));
        return found is null ? null : found with
        {
            Messages = (await connection.QueryAsync<SentMessage>(new CommandDefinition(ConversationSql.Messages, new { Id = id }, cancellationToken: cancellationToken))).AsList(),
        };
    }

    /// <summary>Newest first, without messages.</summary>
    public async Task<IReadOnlyList<Conversation>> ListAsync(Guid clientId, string kind, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Conversation>(new CommandDefinition(
            ConversationSql.List, new { ClientId = clientId, Kind = kind, Before = before, Limit = limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Deletes the conversation with its messages; false where there is none. Jobs of it go with retention.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(ConversationSql.Delete, new { ClientId = clientId, Kind = kind, Id = id }, cancellationToken: cancellationToken)) is 1;
    }
}
