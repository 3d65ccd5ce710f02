namespace Pipeline.Inference.Decoding;

/// <summary>What a decoder can hold.</summary>
/// <param name="ContextTokens">Cells of the KV cache, shared by all sequences.</param>
/// <param name="BatchTokens">Most tokens of one forward pass.</param>
/// <param name="SequencesMax">Sequence ids are 0 to this minus one.</param>
/// <param name="OutputsMax">Most tokens of one batch that may want logits.</param>
public sealed record DecoderLimits(int ContextTokens, int BatchTokens, int SequencesMax, int OutputsMax);

/// <summary>What to allocate.</summary>
/// <param name="Limits">Sizes asked for.</param>
/// <param name="Threads">CPU threads of a forward pass.</param>
/// <param name="FlashAttention">Null leaves the choice to the library.</param>
public sealed record DecoderParameters(DecoderLimits Limits, int Threads, bool? FlashAttention = null);
