using System.ComponentModel.DataAnnotations;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What every kind of job whose model fills in a form lets its operator choose.</summary>
public abstract class StructuredOptions : GenerationOptions
{
    /// <summary>Randomness of the answers. 0 to 2, default 0.2: judgements should differ little from one time to the next.</summary>
    [Range(0.0, 2.0)]
    public float Temperature { get; init; } = 0.2f;
}
