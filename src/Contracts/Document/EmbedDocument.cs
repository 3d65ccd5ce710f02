using System.ComponentModel;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>Cuts a stored document into chunks and embeds them. Its text is read where it is stored, and never copied into a job.</summary>
public sealed record EmbedDocument : IJob<EmbedDocument, DocumentResult>
{
    public static string Kind => "document";

    public static JsonTypeInfo<EmbedDocument> Json => EmbedDocumentJson.Unescaped.EmbedDocument;

    public static JsonTypeInfo<DocumentResult> ResultJson => EmbedDocumentJson.Unescaped.DocumentResult;

    public static JobKind<EmbedDocument, DocumentResult> Descriptor => DocumentKind.Descriptor;

    [Description("A document of yours, from POST /api/documents.")]
    public required Guid DocumentId { get; init; }

    public IEnumerable<InputProblem> Validate(InputLimits limits) => [];
}

/// <summary>What became of a document. Its chunks are found by searching.</summary>
public sealed record DocumentResult : IMeasuredResult
{
    [Description("A document of yours, from POST /api/documents.")]
    public required Guid DocumentId { get; init; }

    [Description("Number of chunks; searches find them.")]
    public required int Chunks { get; init; }

    [Description("Name of the model that embedded them.")]
    public required string Model { get; init; }

    [Description("Distinguishes two files of the same name; absent if a server embeds.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelVersion { get; init; }

    public required TokenUsage Usage { get; init; }

    public required JobTimings Timings { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(EmbedDocument))]
[JsonSerializable(typeof(DocumentResult))]
internal sealed partial class EmbedDocumentJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static EmbedDocumentJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
