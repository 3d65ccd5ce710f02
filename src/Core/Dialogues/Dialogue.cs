namespace Pipeline.Core.Dialogues;

/// <summary>A conversation or an interview: turns, each of which is a job.</summary>
public sealed record Dialogue
{
    public required Guid Id { get; init; }

    /// <summary>What was decided when it began, as JSON; its shape is that of the kind.</summary>
    public required string Settings { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Oldest first; empty in lists.</summary>
    public IReadOnlyList<DialogueTurn> Turns { get; init; } = [];
}

/// <summary>What the client said, and the job that answers it.</summary>
public sealed record DialogueTurn
{
    public required int Position { get; init; }

    /// <summary>Null where the model begins.</summary>
    public string? Said { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The job's state. Of a job that retention deleted: succeeded where its result was kept, else expired.</summary>
    public required string State { get; init; }

    /// <summary>What the job answered, as JSON; null unless it succeeded.</summary>
    public string? Result { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The values of <c>dialogues.kind</c>.</summary>
public static class DialogueKind
{
    public const string Conversation = "conversation";
    public const string Interview = "interview";
}
