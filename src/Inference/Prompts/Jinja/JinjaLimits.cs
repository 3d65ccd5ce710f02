namespace Pipeline.Inference.Prompts.Jinja;

/// <summary>What a template may take. It comes with a model's file, so it is treated as somebody else's program.</summary>
internal sealed record JinjaLimits
{
    public static JinjaLimits Default { get; } = new();

    /// <summary>Characters of a template; those of known models have at most 30,000.</summary>
    public int TemplateLengthMax { get; init; } = 262_144;

    /// <summary>Blocks, brackets and operators within each other.</summary>
    public int NestingMax { get; init; } = 100;

    /// <summary>Expressions and statements of one rendering, and what they make: an element of a list or 64 characters count as one. A step takes some tens of nanoseconds.</summary>
    public long StepsMax { get; init; } = 10_000_000;

    /// <summary>Characters of any text, the prompt included.</summary>
    public int TextLengthMax { get; init; } = 8_388_608;

    /// <summary>Elements of any list or mapping that a template makes.</summary>
    public int ElementsMax { get; init; } = 100_000;

    /// <summary>Macros that call each other.</summary>
    public int CallsMax { get; init; } = 50;
}
