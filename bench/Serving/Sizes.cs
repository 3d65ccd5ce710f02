using Pipeline.Bench.Serving.Questions;

namespace Pipeline.Bench.Serving;

/// <summary>How much is asked.</summary>
internal sealed record Sizes
{
    public required int Rounds { get; init; }

    /// <summary>Answers at a time, and tokens of each.</summary>
    public required IReadOnlyList<(int Sequences, int Tokens)> Decodes { get; init; }

    /// <summary>Tokens of a prompt, and how many prompts follow each other.</summary>
    public required IReadOnlyList<(int Tokens, int Times)> Prefills { get; init; }

    /// <summary>Words of the instructions that requests share; about as many tokens.</summary>
    public required int PrefixWords { get; init; }

    /// <summary>Seconds in which requests of one load come.</summary>
    public required double LoadSeconds { get; init; }

    public required LoadShape Load { get; init; }

    /// <summary>Texts to embed.</summary>
    public required int Embeddings { get; init; }

    /// <summary>Texts to classify.</summary>
    public required int Classified { get; init; }

    /// <summary>Long prompts among answers being written, and their words.</summary>
    public required (int Count, int Words) LongPrompts { get; init; }

    public static Sizes Full(int rounds) => new()
    {
        Rounds = rounds,
        Decodes = [(1, 32), (4, 24), (8, 24), (16, 24), (32, 24)],
        Prefills = [(512, 1), (4_096, 1)],
        PrefixWords = 980,
        LoadSeconds = 4,
        Load = new(Words: 24, LongWords: 160, Tokens: 12),
        Embeddings = 128,
        Classified = 1_000,
        LongPrompts = (3, 400),
    };

    public static Sizes Quick { get; } = new()
    {
        Rounds = 1,
        Decodes = [(1, 16), (4, 12), (8, 16), (16, 16), (32, 20)],
        Prefills = [(256, 1), (512, 1)],
        PrefixWords = 400,
        LoadSeconds = 1,
        Load = new(Words: 24, LongWords: 96, Tokens: 8),
        Embeddings = 64,
        Classified = 200,
        LongPrompts = (2, 200),
    };
}
