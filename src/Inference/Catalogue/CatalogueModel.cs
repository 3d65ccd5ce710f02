using System.Text.Json.Serialization;

namespace Pipeline.Inference.Catalogue;

/// <summary>A published instruct model: its shape, as its authors state it, and where its files are.</summary>
public sealed record CatalogueModel
{
    /// <summary>As <c>./run models</c> calls it, such as "qwen2.5-7b".</summary>
    public required string Name { get; init; }

    /// <summary>general.architecture of its files.</summary>
    public required string Architecture { get; init; }

    /// <summary>Weights in all, embeddings included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Weights that one token goes through; null for all of them. Fewer in a mixture of experts.</summary>
    public long? ActiveParameters { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads that have keys and values of their own.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Elements of a head's key, and as many of its value.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Length of a hidden state.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Length of the feed-forward layer.</summary>
    public required int FeedForwardSize { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Whether the embedding table is the output matrix as well.</summary>
    public bool SharesEmbeddings { get; init; }

    /// <summary>Longest context in tokens without changing the model's settings.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Short name of the licence.</summary>
    public required string Licence { get; init; }

    /// <summary>
    /// Languages that its authors say it was made for, on the model's card or when they announced it: BCP 47, English first. "mul" at the end: and more of
    /// them than are listed.
    /// </summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Whether its authors name Korean among its languages.</summary>
    [JsonIgnore]
    public bool Korean => Languages.Contains("ko");

    /// <summary>Repository on the hub with its GGUF files.</summary>
    public required string Repository { get; init; }

    /// <summary>Its file names; {0} stands for the quantisation.</summary>
    public required string File { get; init; }

    /// <summary>Quantisations that the repository has under that name.</summary>
    public required IReadOnlyList<string> Quantizations { get; init; }

    /// <summary>Elements of the embedding table.</summary>
    [JsonIgnore]
    public long EmbeddingElements => (long)VocabularySize * EmbeddingSize;
}

/// <summary>The file of the catalogue.</summary>
internal sealed record CatalogueFile(IReadOnlyList<CatalogueModel> Models);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
