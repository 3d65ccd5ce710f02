namespace Pipeline.Bench.Models;

/// <summary>What to write. The same recipe always gives the same bytes.</summary>
public sealed record ModelRecipe
{
    /// <summary>Shape and vocabulary.</summary>
    public required ModelPreset Preset { get; init; }

    /// <summary>What a decoder calls itself; null: its shape's name.</summary>
    public string? Name { get; init; }

    /// <summary>Type of the matrices.</summary>
    public WeightType Weights { get; init; } = WeightType.F16;

    /// <summary>How one vector of a text is made. Null: the mean for an encoder; a decoder makes none.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>Jinja text of tokenizer.chat_template; null for ChatML. Encoders have none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Where the random weights begin.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>The numbers are llama.cpp's.</summary>
public enum Pooling
{
    /// <summary>Mean of all tokens.</summary>
    Mean = 1,

    /// <summary>The first token.</summary>
    Cls = 2,

    /// <summary>The last token, which has seen all others.</summary>
    Last = 3,
}

/// <summary>Models that can be written.</summary>
public enum ModelPreset
{
    /// <summary>"tiny": a llama decoder of about a megabyte, for tests.</summary>
    Tiny,

    /// <summary>"small": a llama decoder of some 30 million weights, wide enough for every weight type.</summary>
    Small,

    /// <summary>"tiny-bert": a BERT encoder of about a megabyte, for tests.</summary>
    TinyBert,

    /// <summary>"minilm-l6": the shape of all-MiniLM-L6, 384 dimensions, with a small vocabulary.</summary>
    MiniLm,

    /// <summary>"qwen2.5-0.5b": the shape of Qwen2.5-0.5B, vocabulary of 151,936 tokens included.</summary>
    Qwen,

    /// <summary>"qwen2.5-1.5b": the same of Qwen2.5-1.5B.</summary>
    LargerQwen,

    /// <summary>"qwen2.5-7b": the same of Qwen2.5-7B.</summary>
    Qwen7B,

    /// <summary>"smollm2-135m": the shape of SmolLM2-135M, for measurements with long prompts on few cores.</summary>
    SmolLm,
}

/// <summary>Names of <see cref="ModelPreset"/> on the command line.</summary>
public static class ModelPresets
{
    private static readonly Dictionary<string, ModelPreset> _byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tiny"] = ModelPreset.Tiny,
        ["small"] = ModelPreset.Small,
        ["tiny-bert"] = ModelPreset.TinyBert,
        ["minilm-l6"] = ModelPreset.MiniLm,
        ["qwen2.5-0.5b"] = ModelPreset.Qwen,
        ["qwen2.5-1.5b"] = ModelPreset.LargerQwen,
        ["qwen2.5-7b"] = ModelPreset.Qwen7B,
        ["smollm2-135m"] = ModelPreset.SmolLm,
    };

    /// <summary>Names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => _byName.Keys;

    /// <exception cref="ArgumentException">No such preset; the message lists those there are.</exception>
    public static ModelPreset Parse(string name) => _byName.TryGetValue(name, out ModelPreset preset)
        ? preset
        : throw new ArgumentException($"The preset is {name}; take one of: {string.Join(", ", Names)}.");
}
