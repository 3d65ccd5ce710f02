namespace Pipeline.Core.Files;

/// <summary>A row of <c>files</c>: bytes that a client sent, or that a batch left for it.</summary>
public sealed record StoredFile
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>A value of <see cref="FilePurpose"/>.</summary>
    public required string Purpose { get; init; }

    /// <summary>As its client named it.</summary>
    public required string Filename { get; init; }

    public required long Bytes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>The values of <c>files.purpose</c>: OpenAI's words.</summary>
public static class FilePurpose
{
    /// <summary>Lines that a batch is made of.</summary>
    public const string Batch = "batch";

    /// <summary>What a batch left. Only the pipeline makes them.</summary>
    public const string BatchOutput = "batch_output";

    /// <summary>What clients may send. All but <see cref="Batch"/> is kept and given back, and used for nothing.</summary>
    public static IReadOnlyList<string> Sent { get; } = [Batch, "assistants", "fine-tune", "vision", "user_data", "evals"];
}
