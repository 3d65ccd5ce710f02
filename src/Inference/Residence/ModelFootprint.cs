namespace Pipeline.Inference.Residence;

/// <summary>What a model takes while it is loaded: weights, KV cache and buffers.</summary>
/// <param name="MainBytes">Of main memory.</param>
/// <param name="GpuBytes">Of the GPUs together.</param>
public readonly record struct ModelFootprint(long MainBytes, long GpuBytes)
{
    /// <summary>Read from disk when it is loaded; 0 where nobody said.</summary>
    public long FileBytes { get; init; }

    /// <summary>Of both together.</summary>
    public static ModelFootprint operator +(ModelFootprint one, ModelFootprint other) =>
        new(one.MainBytes + other.MainBytes, one.GpuBytes + other.GpuBytes) { FileBytes = one.FileBytes + other.FileBytes };

    /// <summary>Whether there is room for it.</summary>
    public bool IsWithin(ModelFootprint budget) => MainBytes <= budget.MainBytes && GpuBytes <= budget.GpuBytes;
}
