namespace Pipeline.Bench.Models;

/// <summary>How weights are stored; the numbers are ggml's.</summary>
public enum WeightType
{
    /// <summary>32-bit floats; norms and biases always are.</summary>
    F32 = 0,

    /// <summary>16-bit floats.</summary>
    F16 = 1,

    /// <summary>Q4_0: blocks of 32 nibbles and a scale.</summary>
    Q4 = 2,

    /// <summary>Q8_0: blocks of 32 bytes and a scale.</summary>
    Q8 = 8,

    /// <summary>Q4_K: blocks of 256 nibbles, with scales of their own for each 32. As the type of a model it is Q4_K_M.</summary>
    Q4K = 12,

    /// <summary>Q6_K: blocks of 256 six-bit numbers. Q4_K_M takes it for some matrices.</summary>
    Q6K = 14,
}

/// <summary>Names and sizes of <see cref="WeightType"/>.</summary>
public static class WeightTypes
{
    private static readonly Dictionary<string, WeightType> _byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["f16"] = WeightType.F16,
        ["q8_0"] = WeightType.Q8,
        ["q4_0"] = WeightType.Q4,
        ["q4_k_m"] = WeightType.Q4K,
    };

    /// <summary>Names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => _byName.Keys;

    /// <exception cref="ArgumentException">No such type; the message lists those there are.</exception>
    public static WeightType Parse(string name) => _byName.TryGetValue(name, out WeightType type)
        ? type
        : throw new ArgumentException($"The weight type is {name}; take one of: {string.Join(", ", Names)}.");

    internal static int BlockElements(this WeightType type) => type switch
    {
        WeightType.Q4 or WeightType.Q8 => 32,
        WeightType.Q4K or WeightType.Q6K => 256,
        _ => 1,
    };

    internal static int BlockBytes(this WeightType type) => type switch
    {
        WeightType.F32 => 4,
        WeightType.F16 => 2,
        WeightType.Q4 => 2 + 16,
        WeightType.Q4K => 2 + 2 + 12 + 128,
        WeightType.Q6K => 128 + 64 + 16 + 2,
        _ => 2 + 32,
    };

    /// <summary>general.file_type: llama.cpp's own numbers.</summary>
    internal static uint FileType(this WeightType type) => type switch
    {
        WeightType.F32 => 0,
        WeightType.F16 => 1,
        WeightType.Q4 => 2,
        WeightType.Q4K => 15,
        _ => 7,
    };
}
