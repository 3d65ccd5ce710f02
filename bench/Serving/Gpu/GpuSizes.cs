namespace Pipeline.Bench.Serving.Gpu;

/// <summary>How much is measured on a GPU, or on the CPU that stands in for one.</summary>
/// <param name="Sequences">At a time.</param>
/// <param name="PromptTokens">Of each prompt whose prefill is measured.</param>
/// <param name="Tokens">Of each answer.</param>
/// <param name="Rounds">The better measurement of each counts: the first compiles kernels.</param>
/// <param name="Chats">At a time through the whole pipeline.</param>
internal sealed record GpuSizes(IReadOnlyList<int> Sequences, int PromptTokens, int Tokens, int Rounds, int Chats)
{
    public static GpuSizes Full { get; } = new([1, 8, 32, 64, 128], PromptTokens: 512, Tokens: 64, Rounds: 2, Chats: 64);

    public static GpuSizes Small { get; } = new([1, 4], PromptTokens: 64, Tokens: 8, Rounds: 1, Chats: 4);

    /// <summary>Prompts, answers and templates of all sequences.</summary>
    public int ContextTokens => Math.Max(8_192, Sequences.Max() * (PromptTokens + Tokens + 32));

    /// <summary>Of our engine; one more than needed, for the prefix cache that is off.</summary>
    public int SequencesMax => Math.Max(Sequences.Max(), Chats) + 1;
}
