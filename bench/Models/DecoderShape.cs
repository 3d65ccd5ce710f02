namespace Pipeline.Bench.Models;

/// <summary>Sizes of a decoder of the llama family.</summary>
internal sealed record DecoderShape
{
    /// <summary>general.architecture; prefix of the metadata keys.</summary>
    public required string Architecture { get; init; }

    public required string Name { get; init; }

    public required int Layers { get; init; }

    public required int Embedding { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int FeedForward { get; init; }

    public required int Vocabulary { get; init; }

    public required int Merges { get; init; }

    /// <summary>tokenizer.ggml.pre: how llama.cpp cuts text before merging.</summary>
    public required string PreTokenizer { get; init; }

    public required int Context { get; init; }

    public required float RopeBase { get; init; }

    /// <summary>Queries, keys and values have biases: what tells qwen2 from llama.</summary>
    public required bool IsQwen { get; init; }

    /// <summary>The output matrix is the embedding.</summary>
    public required bool TiesOutput { get; init; }

    public static DecoderShape Tiny { get; } = new()
    {
        Architecture = "llama", Name = "random-tiny", Layers = 2, Embedding = 128, Heads = 4, KvHeads = 2, FeedForward = 384,
        Vocabulary = 1_024, Merges = 765, PreTokenizer = "gpt-2", Context = 4_096, RopeBase = 10_000, IsQwen = false, TiesOutput = false,
    };

    public static DecoderShape Qwen { get; } = new()
    {
        Architecture = "qwen2", Name = "random-qwen2.5-0.5b", Layers = 24, Embedding = 896, Heads = 14, KvHeads = 2, FeedForward = 4_864,
        Vocabulary = 151_936, Merges = 4_000, PreTokenizer = "qwen2", Context = 32_768, RopeBase = 1_000_000, IsQwen = true, TiesOutput = true,
    };

    public static DecoderShape Small { get; } = Tiny with
    {
        Name = "random-small",
        Layers = 8,
        Embedding = 512,
        Heads = 8,
        KvHeads = 2,
        FeedForward = 1_536,
        Vocabulary = 8_192,
        Merges = 4_000,
    };

    public static DecoderShape SmolLm { get; } = new()
    {
        Architecture = "llama", Name = "random-smollm2-135m", Layers = 30, Embedding = 576, Heads = 9, KvHeads = 3, FeedForward = 1_536,
        Vocabulary = 49_152, Merges = 4_000, PreTokenizer = "gpt-2", Context = 8_192, RopeBase = 100_000, IsQwen = false, TiesOutput = true,
    };

    public static DecoderShape Qwen7B { get; } = Qwen with
    {
        Name = "random-qwen2.5-7b",
        Layers = 28,
        Embedding = 3_584,
        Heads = 28,
        KvHeads = 4,
        FeedForward = 18_944,
        Vocabulary = 152_064,
        TiesOutput = false,
    };

    public static DecoderShape LargerQwen { get; } = Qwen with { Name = "random-qwen2.5-1.5b", Layers = 28, Embedding = 1_536, Heads = 12, FeedForward = 8_960 };
}

/// <summary>Sizes of a BERT encoder.</summary>
internal sealed record EncoderShape(string Name, int Layers, int Embedding, int Heads, int FeedForward, int Context)
{
    public static EncoderShape Tiny { get; } = new("random-tiny-bert", Layers: 2, Embedding: 128, Heads: 4, FeedForward: 512, Context: 512);

    public static EncoderShape MiniLm { get; } = new("random-minilm-l6", Layers: 6, Embedding: 384, Heads: 12, FeedForward: 1_536, Context: 512);
}
