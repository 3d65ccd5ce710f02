namespace Pipeline.Inference.Decoding;

/// <summary>
/// Lower seam, second half: a KV cache and one forward pass over many sequences.
/// Owned by one loop and never called concurrently. Callers respect <see cref="Limits"/>:
/// native libraries abort the process on some violations, so implementations check and throw first.
/// </summary>
/// <remarks>
/// The KV cache is unified: a copied range shares its cells, and any sequence may use any cell.
/// Sequence ids run from 0 to <see cref="DecoderLimits.SequencesMax"/> - 1.
/// </remarks>
public interface IDecoder : IDisposable
{
    /// <summary>What was allocated; may be rounded from what was asked for.</summary>
    DecoderLimits Limits { get; }

    /// <summary>Passes go through this adapter from now on; keys and values that are there stay as they were computed.</summary>
    /// <param name="adapter">Its place in <see cref="Models.ModelParameters.Adapters"/>, from 1; 0 for none, as at the start.</param>
    void UseAdapter(int adapter) => ArgumentOutOfRangeException.ThrowIfNotEqual(adapter, 0);

    /// <summary>Computes every token of the batch and stores its keys and values.</summary>
    /// <param name="batch">1 to <see cref="DecoderLimits.BatchTokens"/> tokens; positions of a sequence follow its last one without a gap.</param>
    /// <param name="cancellationToken">Stops a long pass where the library can; the answer is then <see cref="DecodeResult.Aborted"/>.</param>
    /// <exception cref="ArgumentException">The batch breaks a limit; nothing was computed.</exception>
    DecodeResult Decode(DecodeBatch batch, CancellationToken cancellationToken);

    /// <summary>Logits of a token of the last batch that wanted them. Valid until the next call of <see cref="Decode"/>.</summary>
    /// <param name="batchIndex">Index of the token in the batch.</param>
    ReadOnlySpan<float> GetLogits(int batchIndex);

    /// <summary>Makes positions [start, end) of the source visible in the destination; no data moves.</summary>
    void CopySequence(int source, int destination, int start, int end);

    /// <summary>Forgets positions [start, end) of a sequence; cells that no other sequence shares become free. int.MaxValue means all the rest.</summary>
    void RemoveSequence(int sequence, int start, int end);

    /// <summary>No pass follows for a while: what is kept for the next one alone, such as threads, is given back. Called by the loop, like the passes.</summary>
    void Rest()
    {
    }
}

/// <summary>How a forward pass ended.</summary>
public enum DecodeResult
{
    /// <summary>All tokens are computed.</summary>
    Ok,

    /// <summary>The KV cache has no room for the batch; nothing changed.</summary>
    CacheFull,

    /// <summary>Canceled on the way; the sequences of the batch are in an unknown state and must be removed.</summary>
    Aborted,

    /// <summary>The library refused or failed; the sequences of the batch are in an unknown state and must be removed.</summary>
    Failed,
}

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
