using System.ComponentModel;
using System.Text;
using System.Text.Json.Serialization;
using Pipeline.Api.Jobs;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Documents;

/// <summary>A document as clients see it.</summary>
[Description("A document with its progress. Fields without a value are omitted.")]
internal sealed record DocumentResource
{
    public const string Deleted = "deleted";

    [Description("UUIDv7: ids sort by creation.")]
    public required Guid Id { get; init; }

    public string? Title { get; init; }

    [Description("The client's own name of the document, if it was put under one.")]
    public string? Key { get; init; }

    [Description("text, markdown, html, csv, pdf, docx, pptx or xlsx.")]
    public required string Format { get; init; }

    [Description("queued, embedding, ready or failed; deleted in the answer to its deletion.")]
    public required string State { get; init; }

    [Description("Bytes of its text in UTF-8, without the marks of its format.")]
    public required int Bytes { get; init; }

    [Description("Any object, as it was sent.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public required string Metadata { get; init; }

    [Description("Number of its chunks; absent until a worker has started.")]
    public int? Chunks { get; init; }

    [Description("Share of its chunks that are embedded and searchable, 0 to 1.")]
    public required double Progress { get; init; }

    [Description("The model that embedded it; absent until all of it is embedded.")]
    public string? Model { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EmbeddedAt { get; init; }

    [Description("The oldest of your documents with the same text, if there is another one.")]
    public Guid? DuplicateOf { get; init; }

    [Description("true in the answer to a PUT that changes nothing.")]
    public bool? Unchanged { get; init; }

    [Description("Why it, or its last attempt, failed.")]
    public JobError? Error { get; init; }

    public required DocumentLinks Links { get; init; }

    public static DocumentResource Of(Document document) => new()
    {
        Id = document.Id,
        Title = document.Title,
        Key = document.Key,
        Format = document.Format,
        State = document.State,
        Bytes = document.Bytes,
        Metadata = document.Metadata,
        Chunks = document.Chunks,
        Progress = document.Chunks is > 0 and var chunks ? Math.Round(Math.Min(1, (double)document.ChunksEmbedded / chunks), 4) : 0,
        Model = document.Model,
        CreatedAt = document.CreatedAt,
        EmbeddedAt = document.EmbeddedAt,
        DuplicateOf = document.DuplicateOf,
        Error = document.ErrorCode is null ? null : new(document.ErrorCode, document.Error ?? ""),
        Links = DocumentLinks.Of(document.Id, document.JobId),
    };

    /// <summary>As it is when it has just been accepted.</summary>
    public static DocumentResource Of(NewDocument document, Guid? duplicateOf, DateTimeOffset now) => new()
    {
        Id = document.Id,
        Title = document.Title,
        Key = document.Key,
        DuplicateOf = duplicateOf,
        Format = document.Format,
        State = DocumentState.Queued,
        Bytes = Encoding.UTF8.GetByteCount(document.Text),
        Metadata = document.MetadataJson,
        Progress = 0,
        CreatedAt = now,
        Links = DocumentLinks.Of(document.Id, document.Id),
    };
}

/// <param name="Self">GET reads it; DELETE deletes it with all that was made of it.</param>
/// <param name="Text">What was read of it.</param>
/// <param name="Chunks">What it was cut into.</param>
/// <param name="Job">The job that embeds it; where it failed, its links.retry starts it again.</param>
internal sealed record DocumentLinks(string Self, string Text, string Chunks, string Job)
{
    public static string PathOf(Guid id) => $"/api/documents/{id}";

    public static DocumentLinks Of(Guid id, Guid jobId) => new(PathOf(id), $"{PathOf(id)}/text", $"{PathOf(id)}/chunks", JobLinks.PathOf(jobId));
}

/// <param name="Documents">Newest first.</param>
internal sealed record DocumentPageResource(IReadOnlyList<DocumentResource> Documents, PageLinks Links);

[Description("What a document says, as it is embedded and searched.")]
internal sealed record DocumentTextResource
{
    public required Guid Id { get; init; }

    public string? Title { get; init; }

    [Description("What it was sent as; the text has none of its marks.")]
    public required string Format { get; init; }

    public required string Text { get; init; }
}

/// <param name="Chunks">In the order of the text.</param>
internal sealed record ChunkPageResource(IReadOnlyList<ChunkResource> Chunks, PageLinks Links);

/// <param name="Chunk">Its place in the document, from 0.</param>
/// <param name="Tokens">Of the model's tokenizer, about.</param>
internal sealed record ChunkResource(int Chunk, string Text, int Tokens);
