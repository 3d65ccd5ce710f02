namespace Pipeline.Inference.Catalogue;

/// <summary>One model at one quantisation on one machine.</summary>
public sealed record ModelFit
{
    public required string Quantization { get; init; }

    /// <summary>Length of the file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Main memory that the engine asks for before it loads: weights, KV cache and buffers, without what is on a GPU.</summary>
    public required long NeededBytes { get; init; }

    /// <summary>Main memory that is missing; 0 where it fits.</summary>
    public required long MissingBytes { get; init; }

    /// <summary>Layers on the GPU; 0 for none.</summary>
    public required int GpuLayers { get; init; }

    /// <summary>Of one answer, with half of the context before it; null where a GPU's bandwidth is not known.</summary>
    public required double? TokensPerSecond { get; init; }

    public bool Fits => MissingBytes is 0;
}

/// <summary>A model of the catalogue at each quantisation, smallest first.</summary>
/// <param name="ContextTokens">What a prompt and its answer can have: what was asked for, or less where the model ends earlier.</param>
public sealed record ModelFits(CatalogueModel Model, int ContextTokens, IReadOnlyList<ModelFit> Fits);
