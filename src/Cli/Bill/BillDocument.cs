using System.Text.Json.Serialization;

namespace Pipeline.Cli.Bill;

/// <summary>The document, as CycloneDX 1.6 names its parts.</summary>
internal sealed record BillDocument
{
    public string BomFormat { get; } = "CycloneDX";

    public string SpecVersion { get; } = "1.6";

    public int Version { get; } = 1;

    public required BillMetadata Metadata { get; init; }

    public required IReadOnlyList<BillComponent> Components { get; init; }
}

/// <param name="Timestamp">When it was written.</param>
/// <param name="Component">What it is of.</param>
internal sealed record BillMetadata(DateTimeOffset Timestamp, BillSubject Component);

internal sealed record BillSubject(string Name)
{
    public string Type { get; } = "application";
}

/// <summary>A package or a model.</summary>
/// <param name="Type">library, or machine-learning-model.</param>
/// <param name="Purl">A package's URL, by which scanners find what is known of it; null for a model.</param>
internal sealed record BillComponent(
    string Type, [property: JsonPropertyName("bom-ref")] string BomRef, string Name, string? Version, string? Purl, IReadOnlyList<BillHash> Hashes)
{
    public static BillComponent OfPackage(string name, string version, byte[] sha512)
    {
        var purl = $"pkg:nuget/{name}@{version}";
        return new("library", purl, name, version, purl, [new("SHA-512", Convert.ToHexStringLower(sha512))]);
    }

    public static BillComponent OfModel(string file, byte[] sha256) =>
        new("machine-learning-model", $"model:{file}", file, null, null, [new("SHA-256", Convert.ToHexStringLower(sha256))]);
}

internal sealed record BillHash(string Alg, string Content);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BillDocument))]
internal sealed partial class BillJson : JsonSerializerContext;
