using Pipeline.Core.Encryption;

namespace Pipeline.Core.Conversations;

/// <summary>A conversation or an interview: messages of the client, each of which a job answers.</summary>
public sealed record Conversation : IEncryptedRow
{
    public required Guid Id { get; init; }

    /// <summary>What was decided when it began, as JSON; its shape is that of the kind.</summary>
    public required string Settings { get; init; }

    /// <summary>Whose it is, by the client's own name for them; null: nobody's in particular.</summary>
    public string? UserId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Oldest first; empty in lists.</summary>
    public IReadOnlyList<SentMessage> Messages { get; init; } = [];

    /// <summary>Of a list: one whose settings cannot be decrypted is shown as one without.</summary>
    IEncryptedRow IEncryptedRow.Opened(Vault vault) =>
        !vault.TryOpen(EncryptedColumn.Settings, Id, Settings, out var settings, out _) ? this with { Settings = "{}" }
        : ReferenceEquals(settings, Settings) ? this
        : this with { Settings = settings! };
}

/// <summary>A message of the client, and the job that answers it.</summary>
public sealed record SentMessage : IEncryptedRow
{
    public required int Position { get; init; }

    /// <summary>Null where the model begins.</summary>
    public string? Content { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The job's state. Of a job that retention deleted: succeeded where its result was kept, else expired.</summary>
    public required string State { get; init; }

    /// <summary>What the job answered, as JSON; null unless it succeeded.</summary>
    public string? Result { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A message that cannot be decrypted is shown as one that was not answered: it is left out of what the next answer is asked with.</summary>
    IEncryptedRow IEncryptedRow.Opened(Vault vault) =>
        !vault.TryOpen(EncryptedColumn.Content, JobId, Content, out var content, out _) || !vault.TryOpen(EncryptedColumn.Result, JobId, Result, out var result, out _)
            ? this with { State = Contracts.JobState.Failed, Content = null, Result = null }
        : ReferenceEquals(content, Content) && ReferenceEquals(result, Result) ? this
        : this with { Content = content, Result = result };
}

/// <summary>The values of <c>conversations.kind</c>: the kind of the jobs that answer.</summary>
public static class ConversationKind
{
    public const string Chat = "chat";
    public const string Interview = "interview";
}
