using Dapper;
using Npgsql;

namespace Pipeline.Core.Dialogues;

/// <summary>Owns <c>dialogues</c> and <c>dialogue_turns</c>; turns are added by <see cref="TurnClaim"/>, with their jobs.</summary>
public sealed class DialogueStore(NpgsqlDataSource dataSource)
{
    public async Task AddAsync(Guid clientId, string kind, Guid id, string settings, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            DialogueSql.Insert, new { Id = id, ClientId = clientId, Kind = kind, Settings = settings }, cancellationToken: cancellationToken));
    }

    /// <summary>The dialogue with its turns, if it exists and belongs to the client.</summary>
    public async Task<Dialogue?> FindAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<Dialogue>(
            new CommandDefinition(DialogueSql.Find, new { ClientId = clientId, Kind = kind, Id = id }, cancellationToken: cancellationToken));
        return found is null ? null : found with
        {
            Turns = (await connection.QueryAsync<DialogueTurn>(new CommandDefinition(DialogueSql.Turns, new { Id = id }, cancellationToken: cancellationToken))).AsList(),
        };
    }

    /// <summary>Newest first, without turns.</summary>
    public async Task<IReadOnlyList<Dialogue>> ListAsync(Guid clientId, string kind, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Dialogue>(new CommandDefinition(
            DialogueSql.List, new { ClientId = clientId, Kind = kind, Before = before, Limit = limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Deletes the dialogue with its turns; false where there is none. Jobs of it go with retention.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, string kind, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(DialogueSql.Delete, new { ClientId = clientId, Kind = kind, Id = id }, cancellationToken: cancellationToken)) is 1;
    }
}
