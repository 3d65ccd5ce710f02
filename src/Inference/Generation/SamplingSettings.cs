namespace Pipeline.Inference.Generation;

/// <summary>
/// How the next token is drawn. The steps run in llama.cpp's order: penalties, top-k, top-p, min-p, temperature, draw.
/// </summary>
internal sealed record SamplingSettings
{
    /// <summary>0 takes the most probable token, always.</summary>
    public double Temperature { get; init; }

    /// <summary>Keeps this many of the most probable tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the fewest tokens whose probabilities add up to this; 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Keeps tokens at least this times as probable as the most probable one; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>Divides the positive and multiplies the negative logits of recent tokens; 1 leaves them.</summary>
    public double RepeatPenalty { get; init; } = 1;

    /// <summary>Taken once from the logit of every recent token.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken from the logit of a recent token for each time it occurred.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Makes the draws repeatable; null takes another seed each time.</summary>
    public long? Seed { get; init; }

    /// <summary>Tokens, prompt included, that count as recent.</summary>
    public const int PenaltyTokens = 64;

    public bool HasPenalties => RepeatPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;
}
