namespace Pipeline.Inference.Decoding;

/// <summary>What a decoder can hold.</summary>
/// <param name="ContextTokens">Cells of the KV cache, shared by all sequences.</param>
/// <param name="BatchTokens">Most tokens of one forward pass.</param>
/// <param name="SequencesMax">Sequence ids are 0 to this minus one.</param>
/// <param name="OutputsMax">Most tokens of one batch that may want logits.</param>
public sealed record DecoderLimits(int ContextTokens, int BatchTokens, int SequencesMax, int OutputsMax)
{
    /// <summary>Refuses a batch over which a native library would abort the process.</summary>
    /// <exception cref="ArgumentException">The batch breaks a limit, or holds a token that the vocabulary does not.</exception>
    public void Check(DecodeBatch batch, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfZero(batch.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, BatchTokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Outputs, OutputsMax);
        for (int i = 0; i < batch.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(batch.Positions[i]);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)batch.Tokens[i], (uint)vocabularySize);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.GetSequences(i).Length, SequencesMax);
            foreach (int sequence in batch.GetSequences(i))
            {
                CheckSequence(sequence);
            }
        }
    }

    /// <summary>Refuses a sequence that the decoder does not have.</summary>
    public void CheckSequence(int sequence) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)SequencesMax, nameof(sequence));

    /// <summary>Refuses a range of positions that is none.</summary>
    public static void CheckRange(int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
    }
}

/// <summary>What to allocate.</summary>
/// <param name="Limits">Sizes asked for.</param>
/// <param name="Threads">CPU threads of a forward pass.</param>
/// <param name="FlashAttention">Null leaves the choice to the library.</param>
public sealed record DecoderParameters(DecoderLimits Limits, int Threads, bool? FlashAttention = null);
