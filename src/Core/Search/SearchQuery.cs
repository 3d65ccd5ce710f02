namespace Pipeline.Core.Search;

/// <summary>What a client looks for among its documents.</summary>
public sealed record SearchQuery
{
    public required Guid ClientId { get; init; }

    /// <summary>In Unicode's form C.</summary>
    public required string Text { get; init; }

    public required int Limit { get; init; }

    /// <summary>Most chunks of one document; null for any number.</summary>
    public int? PerDocument { get; init; }

    /// <summary>Whom the client looks for it for, by its own name for them.</summary>
    public string? UserId { get; init; }

    public SearchMode Mode { get; init; } = SearchMode.Hybrid;

    /// <summary>A JSON object that a document's metadata must contain; null for any.</summary>
    public string? FilterJson { get; init; }
}

/// <summary>By what chunks are found.</summary>
public enum SearchMode
{
    Hybrid,
    Vectors,
    Words,
}

/// <summary>A query's meaning, of length 1, and the model that told it.</summary>
public sealed record QueryVector(int ModelId, float[] Vector);

/// <summary>A chunk as it stands in the database.</summary>
public sealed record StoredChunk
{
    public required long Id { get; init; }

    public required Guid DocumentId { get; init; }

    public string? Title { get; init; }

    /// <summary>The document's, a JSON object.</summary>
    public required string Metadata { get; init; }

    /// <summary>Its place in the document, from 0.</summary>
    public required int Ordinal { get; init; }

    public required string Text { get; init; }
}

/// <param name="Chunks">The best first.</param>
/// <param name="IsCut">Whether a word of the query stands in more chunks than were compared.</param>
public sealed record Found(IReadOnlyList<FoundChunk> Chunks, bool IsCut);

/// <param name="Score">Of the ranks; only the order of one answer means something.</param>
/// <param name="Similarity">Cosine with the query; null where the chunk was found by its words alone.</param>
public sealed record FoundChunk(StoredChunk Chunk, double Score, float? Similarity)
{
    /// <summary>Other documents in which the same passage was found; it is not repeated for them.</summary>
    public IReadOnlyList<Guid> AlsoIn { get; init; } = [];
}
