namespace Pipeline.Inference.Gguf;

/// <summary>What the header of a GGUF file says: enough to estimate memory and to see whether the file is whole.</summary>
public sealed record GgufFile
{
    /// <summary>general.architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>general.name; null where the header does not say.</summary>
    public string? Name { get; init; }

    /// <summary>Context length that the model was trained with, in tokens; null where the header does not say.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Length of the file in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Transformer blocks; 0 where the header does not say.</summary>
    public required int Layers { get; init; }

    /// <summary>Length of a hidden state.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Length of the feed-forward layer.</summary>
    public required int FeedForwardSize { get; init; }

    /// <summary>Key and value elements that one token adds in one layer.</summary>
    public required int KvElementsPerLayer { get; init; }

    /// <summary>Elements of all tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How most weights are stored, such as "Q4_K_M"; null where the header does not say.</summary>
    public string? Quantization { get; init; }

    /// <summary>
    /// Bytes of the weights that one token reads: all but an embedding table beside an output matrix, of which it reads a row, and of
    /// experts those that are used at a time. Null where the file holds types whose size is not known here.
    /// </summary>
    public long? BytesPerToken { get; init; }
}
