namespace Pipeline.Bench.Engine;

/// <summary>How much is measured.</summary>
internal sealed record Sizes
{
    /// <summary>Sequences at a time.</summary>
    public static IReadOnlyList<int> Sequences { get; } = [1, 4, 8, 16, 32];

    /// <summary>Tokens of one forward pass whose speed is tried; a message of the last size is what engine and peer prefill.</summary>
    public static IReadOnlyList<int> Prefills { get; } = [128, 256, 512];

    /// <summary>Tokens that the engine prefills in one measurement at least.</summary>
    public const int PrefillTokensMin = 512;

    /// <summary>Sequences whose constrained answers are measured beside free ones.</summary>
    public const int ConstrainedSequences = 8;

    /// <summary>JSON answers that our engine generates at a time; the better one counts.</summary>
    public static IReadOnlyList<int> AnswersAtATime { get; } = [16, 32];

    /// <summary>Most tokens of one JSON answer.</summary>
    public const int AnswerTokens = 30;

    public required int Rounds { get; init; }

    /// <summary>Tokens before those that are generated.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens that each sequence generates while few run.</summary>
    public required int Tokens { get; init; }

    /// <summary>Texts that are scored.</summary>
    public required int Texts { get; init; }

    /// <summary>JSON answers that our engine generates.</summary>
    public required int EngineAnswers { get; init; }

    /// <summary>Sequences on which the peer generates JSON answers.</summary>
    public required int AnswerSequences { get; init; }

    /// <summary>JSON answers that the peer generates.</summary>
    public required int Answers { get; init; }

    public static Sizes Full(int rounds) => new() { Rounds = rounds, PromptTokens = 16, Tokens = 32, Texts = 64, EngineAnswers = 32, AnswerSequences = 16, Answers = 16 };

    public static Sizes Quick { get; } = new() { Rounds = 1, PromptTokens = 8, Tokens = 8, Texts = 16, EngineAnswers = 16, AnswerSequences = 4, Answers = 4 };

    /// <summary>Many sequences generate fewer tokens each, so that no measurement takes much longer than another.</summary>
    public int TokensAt(int sequences) => sequences >= 16 ? Tokens / 2 : Tokens;
}
