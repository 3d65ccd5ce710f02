using Dapper;
using Npgsql;
using Pipeline.Core.Intake;

namespace Pipeline.Core.Conversations;

/// <summary>Adds the message that a job answers, in the transaction that accepts the job: there is never one without the other.</summary>
public sealed record MessageWrite : ISubmissionWrite
{
    public required Guid ClientId { get; init; }

    public required Guid ConversationId { get; init; }

    /// <summary>Kind and settings of a conversation that begins with this message; null for one that exists.</summary>
    public (string Kind, string Settings)? Begins { get; init; }

    public required int Position { get; init; }

    public string? Content { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The failed job whose place this message takes; null for the next place.</summary>
    public Guid? Replaces { get; init; }

    /// <summary>Why the conversation takes no message, as it was found; null where it does. Reported here, after repeats of an accepted request were answered.</summary>
    public string? Refusal { get; init; }

    public async Task<string?> TryWriteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            return Refusal;
        }

        if (Begins is var (kind, settings))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                ConversationSql.Insert, new { Id = ConversationId, ClientId, Kind = kind, Settings = settings }, cancellationToken: cancellationToken));
        }

        var added = await connection.QueryAsync<int>(new CommandDefinition(
            ConversationSql.AddMessage, new { ConversationId, Position, Content, JobId, Replaces }, cancellationToken: cancellationToken));
        return added.Any() ? null : "Another message came at the same time, or it was deleted. Read it again, then send.";
    }
}
