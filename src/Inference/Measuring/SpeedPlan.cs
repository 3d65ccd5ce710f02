namespace Pipeline.Inference.Measuring;

/// <summary>What is measured of a model's speed.</summary>
public sealed record SpeedPlan
{
    /// <summary>Answers that are decoded at a time, fewest first.</summary>
    public static IReadOnlyList<int> Sequences { get; } = [1, 8];

    /// <summary>Tokens of the prompt that is read. 16 to 65,536, default 256; never more than half of the context that the model was trained with.</summary>
    public int PromptTokens { get; init; } = 256;

    /// <summary>Tokens of each answer. 4 to 4,096, default 32.</summary>
    public int AnswerTokens { get; init; } = 32;

    /// <summary>How often each is measured; the median counts. 1 to 99, default 3.</summary>
    public int Rounds { get; init; } = 3;
}

/// <summary>How fast a model is on this machine, and what it takes.</summary>
public sealed record ModelSpeed
{
    /// <summary>From nothing to the first token computed. The file may have been in the system's cache.</summary>
    public required double LoadSeconds { get; init; }

    /// <summary>Of main memory that the process had more with the model loaded and at work than before: what was touched of the weights, the KV cache and buffers.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The same of GPU memory; null where nothing is on a GPU.</summary>
    public long? GpuMemoryBytes { get; init; }

    /// <summary>Tokens of a prompt read in a second.</summary>
    public required double PrefillTokensPerSecond { get; init; }

    /// <summary>One for each of <see cref="SpeedPlan.Sequences"/>.</summary>
    public required IReadOnlyList<DecodeSpeed> Decode { get; init; }

    /// <summary>CPU threads of a pass.</summary>
    public required int Threads { get; init; }

    /// <summary>Layers that were on a GPU.</summary>
    public required int GpuLayers { get; init; }
}

/// <param name="Sequences">Answers at a time.</param>
/// <param name="TokensPerSecond">Of all of them together.</param>
public sealed record DecodeSpeed(int Sequences, double TokensPerSecond);
