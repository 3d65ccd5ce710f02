namespace Pipeline.Inference.Onnx.Files;

/// <summary>What the model's own configuration says of it.</summary>
internal sealed record ModelDescription
{
    /// <summary>model_type of config.json, such as "bert" or "xlm-roberta".</summary>
    public required string ModelType { get; init; }

    /// <summary>Longest text in tokens, those around it included; 0 where nothing bounds it.</summary>
    public required int TokensMax { get; init; }

    /// <summary>Token that fills the short texts of a batch.</summary>
    public required int PadToken { get; init; }

    /// <summary>How tokens become one vector; null where the configuration does not say.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>A module behind the pooling that the graph must hold, such as "Dense"; null where there is none.</summary>
    public string? Head { get; init; }

    /// <summary>sentence-transformers puts texts into lower case before it tokenizes them.</summary>
    public bool LowersTexts { get; init; }

    public int HiddenSize { get; init; }

    public int FeedForwardSize { get; init; }

    public int Heads { get; init; }
}

/// <summary>How the vectors of a text's tokens become one.</summary>
internal enum Pooling
{
    Mean,
    Cls,
    Last,
}
