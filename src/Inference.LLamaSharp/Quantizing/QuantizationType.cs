using Pipeline.Inference.Gguf;

namespace Pipeline.Inference.LLamaSharp.Quantizing;

/// <summary>A way of storing weights that llama.cpp's quantiser writes without being told which weights matter.</summary>
/// <param name="Name">Such as "Q4_K_M".</param>
/// <param name="BitsPerWeight">About, of a whole file; the mixed ones keep some matrices finer.</param>
public sealed record QuantizationType(string Name, double BitsPerWeight)
{
    /// <summary>From fine to coarse.</summary>
    public static IReadOnlyList<QuantizationType> All { get; } =
    [
        new("F32", 32), new("F16", 16), new("BF16", 16), new("Q8_0", 8.5), new("Q6_K", 6.57), new("Q5_1", 6), new("Q5_K_M", 5.69), new("Q5_K_S", 5.54), new("Q5_0", 5.5),
        new("Q4_1", 5), new("Q4_K_M", 4.85), new("Q4_K_S", 4.58), new("Q4_0", 4.55), new("IQ4_NL", 4.5), new("IQ4_XS", 4.3), new("Q3_K_L", 4.27), new("Q3_K_M", 3.91), new("Q3_K_S", 3.5),
        new("Q2_K", 3.2),
    ];

    /// <summary>Null for a name that is not known; case does not matter.</summary>
    public static QuantizationType? Find(string? name) => All.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether weights are kept as floats, of which everything else can be made.</summary>
    public bool IsFloat => BitsPerWeight >= 16;

    internal int Number => GgufFileTypes.Number(Name);
}
