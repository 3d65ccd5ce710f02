using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>A document to be kept, embedded and found.</summary>
public sealed record NewDocument
{
    /// <summary>At most Documents:BytesMax (1 MiB) in UTF-8.</summary>
    public required string Text { get; init; }

    /// <summary>text, markdown or html.</summary>
    public string Format { get; init; } = "text";

    /// <summary>At most 500 characters; null for that of an HTML page.</summary>
    public string? Title { get; init; }

    /// <summary>Searches filter by it.</summary>
    public JsonObject? Metadata { get; init; }

    public JobPriority Priority { get; init; } = JobPriority.Bulk;

    /// <summary>After this it is no longer embedded.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>1 to 255 visible ASCII characters; null makes a new one for each document, which all its tries share.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A document as the server gave it.</summary>
public sealed record Document
{
    public required Guid Id { get; init; }

    public string? Title { get; init; }

    public string? Format { get; init; }

    /// <summary>queued, embedding, ready or failed; deleted in the answer to its deletion.</summary>
    public required string State { get; init; }

    /// <summary>Of its text in UTF-8.</summary>
    public int Bytes { get; init; }

    public JsonElement Metadata { get; init; }

    /// <summary>Null until a worker has started.</summary>
    public int? Chunks { get; init; }

    /// <summary>Share of its chunks that can be found, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>What embedded it.</summary>
    public string? Model { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? EmbeddedAt { get; init; }

    /// <summary>Why it, or its last attempt, failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>Whether all of it is searchable.</summary>
    [JsonIgnore]
    public bool IsReady => State is "ready";

    internal static Document Read(JsonElement element) => element.Deserialize(ClientJson.Default.Document) ?? throw new JsonException("The document is null.");
}

internal sealed record DocumentPage(IReadOnlyList<Document> Documents, DocumentPageLinks Links);

/// <param name="Next">Null on the last page.</param>
internal sealed record DocumentPageLinks(string? Next);
