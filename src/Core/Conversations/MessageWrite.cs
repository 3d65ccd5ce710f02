using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Intake;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Conversations;

/// <summary>Adds the message that a job answers, in the transaction that accepts the job: there is never one without the other.</summary>
public sealed record MessageWrite : ISubmissionWrite
{
    // The place is the lock: of two messages that are sent at the same time one is accepted. A message whose job failed makes room,
    // and a commit whose answer was lost finds its own row. The lock on the conversation keeps it from being deleted meanwhile.
    private const string AddMessage = """
        with conversation as (select id from conversations where id = @ConversationId for key share)
        insert into conversation_messages (conversation_id, position, content, job_id)
        select id, @Position::integer, @Content::text, @JobId::uuid from conversation
        on conflict (conversation_id, position) do update set content = excluded.content, job_id = excluded.job_id,
               replaced = array_remove(conversation_messages.replaced || conversation_messages.job_id, excluded.job_id)
         where conversation_messages.job_id in (excluded.job_id, @Replaces::uuid)
        returning position
        """;

    public required Guid ClientId { get; init; }

    public required Guid ConversationId { get; init; }

    /// <summary>Kind and settings of a conversation that begins with this message; null for one that exists.</summary>
    public (string Kind, string Settings)? Begins { get; init; }

    /// <summary>The user whose only conversation begins; null where it is nobody's in particular.</summary>
    public string? UserId { get; init; }

    /// <summary>The conversation that begins is one of any number of its user.</summary>
    public bool IsTagged { get; init; }

    public required int Position { get; init; }

    public string? Content { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The failed job whose place this message takes; null for the next place.</summary>
    public Guid? Replaces { get; init; }

    /// <summary>Why the conversation takes no message, as it was found; null where it does. Reported here, after repeats of an accepted request were answered.</summary>
    public string? Refusal { get; init; }

    public async Task<string?> TryWriteAsync(NpgsqlConnection connection, Vault vault, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            return Refusal;
        }

        if (Begins is var (kind, settings))
        {
            await connection.ExecuteAsync(ConversationStore.Insert, new { Id = ConversationId, ClientId, Kind = kind, Settings = vault.Seal(EncryptedColumn.Settings, ConversationId, settings), UserId, IsTagged }, cancellationToken);
        }

        var added = await connection.QueryAsync<int>(AddMessage, new { ConversationId, Position, Content = vault.Seal(EncryptedColumn.Content, JobId, Content), JobId, Replaces }, cancellationToken);
        return added.Any() ? null : "Another message came at the same time, or it was deleted. Read it again, then send.";
    }
}
