using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Documents;

/// <summary>A document and how far it is embedded; without its text.</summary>
public sealed record Document
{
    public required Guid Id { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>Whose it is, by its client's own name for them.</summary>
    public string? UserId { get; init; }

    public string? Title { get; init; }

    /// <summary>Its client's own name of it; null where it has none.</summary>
    public string? Key { get; init; }

    public required string Format { get; init; }

    /// <summary>A JSON object.</summary>
    public required string Metadata { get; init; }

    public required int Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EmbeddedAt { get; init; }

    /// <summary>Null until a worker has cut it.</summary>
    public int? Chunks { get; init; }

    /// <summary>Those of <see cref="Chunks"/> that are embedded.</summary>
    public required int ChunksEmbedded { get; init; }

    /// <summary>Name of the model that has embedded it; null until one has.</summary>
    public string? Model { get; init; }

    /// <summary>The oldest document of the same client with the same text, other versions under its own key aside; null: there is none.</summary>
    public Guid? DuplicateOf { get; init; }

    /// <summary>State of the job that embeds it; null where retention has deleted that.</summary>
    public string? JobState { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    /// <summary>A model has begun and not finished.</summary>
    public bool IsUnfinished { get; init; }

    /// <summary>One of <see cref="DocumentState"/>.</summary>
    public string State => JobState switch
    {
        Contracts.JobState.Queued => DocumentState.Queued,
        Contracts.JobState.Running => DocumentState.Embedding,
        _ => EmbeddedAt is null || IsUnfinished ? DocumentState.Failed : DocumentState.Ready,
    };
}

/// <summary>A checked document that is about to be accepted.</summary>
public sealed record NewDocument
{
    /// <summary>UUIDv7, and the id of the job that embeds it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is, by its client's own name for them.</summary>
    public string? UserId { get; init; }

    public string? Title { get; init; }

    /// <summary>It takes the place of the client's document under the same key once it is ready; null: it stands for itself.</summary>
    public string? Key { get; init; }

    public required string Format { get; init; }

    /// <summary>A JSON object.</summary>
    public required string MetadataJson { get; init; }

    /// <summary>Plain text or Markdown, in Unicode's form C.</summary>
    public required string Text { get; init; }

    /// <summary>What tells two texts apart.</summary>
    public byte[] TextHash => SHA256.HashData(Encoding.UTF8.GetBytes(Text));
}

/// <summary>What became of a document. One that another model embeds anew is queued again, and found by its words meanwhile.</summary>
public static class DocumentState
{
    public const string Queued = "queued";
    public const string Embedding = "embedding";
    public const string Ready = "ready";
    public const string Failed = "failed";
}
