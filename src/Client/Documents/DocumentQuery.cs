using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Client;

/// <summary>What to find among one's documents.</summary>
public sealed record DocumentQuery
{
    /// <summary>At most Search:QueryLengthMax (2,000) characters.</summary>
    public required string Text { get; init; }

    /// <summary>1 to Search:ResultsMax (100); null for 10.</summary>
    public int? ResultsMax { get; init; }

    /// <summary>Most chunks of one document; null for any number.</summary>
    public int? PerDocumentMax { get; init; }

    /// <summary>Only documents whose metadata contains all of this.</summary>
    public JsonObject? Filter { get; init; }

    /// <summary>hybrid, vectors or words; null for hybrid.</summary>
    public string? Mode { get; init; }
}

/// <summary>What a search found.</summary>
public sealed record Findings
{
    /// <summary>The best first.</summary>
    public required IReadOnlyList<FoundChunk> Results { get; init; }

    /// <summary>What embedded the query; null if only words were compared.</summary>
    public string? Model { get; init; }

    /// <summary>Why less was searched than was asked for.</summary>
    public string? Degraded { get; init; }

    /// <summary>The query's language, BCP 47, where the embedding model was not made for it and so only words were compared.</summary>
    public string? ForeignLanguage { get; init; }

    /// <summary>Whether a word of the query stands in more chunks than were compared.</summary>
    public bool WordsCut { get; init; }
}

/// <summary>A passage of a document.</summary>
public sealed record FoundChunk
{
    public required Guid DocumentId { get; init; }

    /// <summary>The document's.</summary>
    public string? Title { get; init; }

    /// <summary>Its place in the document, from 0.</summary>
    public int Chunk { get; init; }

    public required string Text { get; init; }

    /// <summary>Only the order within one answer means something.</summary>
    public double Score { get; init; }

    /// <summary>Cosine of query and passage; null where its words alone were found.</summary>
    public double? Similarity { get; init; }

    /// <summary>Other documents in which the same passage was found; it is not repeated for them.</summary>
    public IReadOnlyList<Guid> AlsoIn { get; init; } = [];

    /// <summary>The document's.</summary>
    public JsonElement Metadata { get; init; }
}
