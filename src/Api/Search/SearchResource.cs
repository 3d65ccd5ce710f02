using System.ComponentModel;
using System.Text.Json.Serialization;
using Pipeline.Api.Documents;
using Pipeline.Api.Jobs;
using Pipeline.Core.Search;

namespace Pipeline.Api.Search;

/// <summary>What a search found.</summary>
internal sealed record SearchResource
{
    [Description("The best first.")]
    public required IReadOnlyList<FoundResource> Results { get; init; }

    [Description("The model that embedded the query; absent if only words were compared.")]
    public string? Model { get; init; }

    [Description("The job that embedded the query, which is all that is kept of a search: DELETE /api/jobs/{id} erases it.")]
    public Guid? JobId { get; init; }

    [Description("Present where less was searched than was asked for, and says why.")]
    public string? Degraded { get; init; }

    [Description("The query's language, where the embedding model was not made for it (Search:Languages) and so only words were compared; else absent.")]
    public string? ForeignLanguage { get; init; }

    [Description("true where a word of the query stands in more chunks than were compared (Search:WordCandidatesMax): those with its rarest word came first. Else absent.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WordsCut { get; init; }

    public static SearchResource Of(Findings findings, SearchMode mode) => new()
    {
        Results = [.. findings.Chunks.Select(FoundResource.Of)],
        Model = findings.Model,
        JobId = findings.JobId,
        Degraded = findings is { Model: null, ForeignLanguage: null } && mode is not SearchMode.Words
            ? "No embedding worker embedded the query in time (Search:EmbedTimeout); only words were compared."
            : null,
        ForeignLanguage = findings.ForeignLanguage,
        WordsCut = findings.IsCut,
    };
}

/// <summary>A chunk that was found.</summary>
internal sealed record FoundResource
{
    public required Guid DocumentId { get; init; }

    [Description("The document's.")]
    public string? Title { get; init; }

    [Description("The chunk's place in the document, from 0.")]
    public required int Chunk { get; init; }

    public required string Text { get; init; }

    [Description("Of its places by meaning and by words; only the order within one answer means something.")]
    public required double Score { get; init; }

    [Description("Cosine of query and chunk, -1 to 1; absent where it was found by its words alone.")]
    public double? Similarity { get; init; }

    [Description("Other documents in which the same passage was found, which is not repeated for them; absent where there is none.")]
    public IReadOnlyList<Guid>? AlsoIn { get; init; }

    [Description("The document's.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public required string Metadata { get; init; }

    public required FoundLinks Links { get; init; }

    public static FoundResource Of(FoundChunk found) => new()
    {
        DocumentId = found.Chunk.DocumentId,
        Title = found.Chunk.Title,
        Chunk = found.Chunk.Ordinal,
        Text = found.Chunk.Text,
        Score = Math.Round(found.Score, 6),
        Similarity = found.Similarity is { } similarity ? Math.Round(similarity, 4) : null,
        AlsoIn = found.AlsoIn.Count > 0 ? found.AlsoIn : null,
        Metadata = found.Chunk.Metadata,
        Links = new(DocumentLinks.PathOf(found.Chunk.DocumentId)),
    };
}

internal sealed record FoundLinks(string Document);
