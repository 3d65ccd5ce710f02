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

    /// <summary>Whom it belongs to: 1 to 200 characters of your own, by which all that is kept of one user is exported and erased.</summary>
    public string? User { get; init; }

    /// <summary>1 to 255 visible ASCII characters; null makes a new one for each document, which all its tries share.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A file whose text is to be kept, embedded and found: PDF, office files, HTML, Markdown, CSV or text.</summary>
public sealed record NewFile
{
    /// <summary>At most Api:BodyBytesMax (8 MiB).</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Tells what a text is where its bytes do not, and is the title of one that has none.</summary>
    public required string Name { get; init; }

    /// <summary>At most 500 characters; null for the file's own.</summary>
    public string? Title { get; init; }

    /// <summary>Searches filter by it.</summary>
    public JsonObject? Metadata { get; init; }

    public JobPriority Priority { get; init; } = JobPriority.Bulk;

    /// <summary>After this it is no longer embedded.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whom it belongs to: 1 to 200 characters of your own, by which all that is kept of one user is exported and erased.</summary>
    public string? User { get; init; }

    /// <summary>1 to 255 visible ASCII characters; null makes a new one for each file, which all its tries share.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A document as the server gave it.</summary>
public sealed record Document
{
    public required Guid Id { get; init; }

    public string? Title { get; init; }

    /// <summary>The one that it was put under, if it was.</summary>
    public string? Key { get; init; }

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

    /// <summary>Your oldest document with the same text, if there is another one.</summary>
    public Guid? DuplicateOf { get; init; }

    /// <summary>Whether what was put was there already.</summary>
    public bool Unchanged { get; init; }

    /// <summary>Why it, or its last attempt, failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>Whether all of it is searchable.</summary>
    [JsonIgnore]
    public bool IsReady => State is "ready";

    internal static Document Read(JsonElement element) => element.Deserialize(ClientJson.Default.Document) ?? throw new JsonException("The document is null.");
}

/// <summary>What a document says, as it is embedded and searched.</summary>
public sealed record DocumentText
{
    public required Guid Id { get; init; }

    public string? Title { get; init; }

    /// <summary>What it was sent as; the text has none of its marks.</summary>
    public string? Format { get; init; }

    public required string Text { get; init; }
}

/// <summary>A part of a document that is embedded and found by itself.</summary>
/// <param name="Chunk">Its place in the document, from 0.</param>
/// <param name="Text">Its words.</param>
/// <param name="Tokens">Of the model's tokenizer, about.</param>
public sealed record DocumentChunk(int Chunk, string Text, int Tokens);

internal sealed record ChunkPage(IReadOnlyList<DocumentChunk> Chunks, DocumentPageLinks Links);

internal sealed record DocumentPage(IReadOnlyList<Document> Documents, DocumentPageLinks Links);

/// <param name="Next">Null on the last page.</param>
internal sealed record DocumentPageLinks(string? Next);
