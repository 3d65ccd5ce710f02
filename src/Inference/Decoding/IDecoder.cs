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
}
