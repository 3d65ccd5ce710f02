namespace Pipeline.Inference.Embeddings;

/// <summary>
/// Lower seam for embeddings: one forward pass over many texts, and one pooled vector a text. Keeps nothing between two passes.
/// Owned by one loop and never called concurrently. Callers respect <see cref="Limits"/>: native libraries abort the process
/// on some violations, so implementations check and throw first.
/// </summary>
public interface IEmbeddingEncoder : IDisposable
{
    /// <summary>What was allocated; may be rounded from what was asked for.</summary>
    EncoderLimits Limits { get; }

    /// <summary>Length of a vector.</summary>
    int Dimensions { get; }

    /// <summary>Computes all sequences in one pass. They do not see each other.</summary>
    /// <param name="sequences">1 to <see cref="EncoderLimits.SequencesMax"/> sequences of at least one token, together at most <see cref="EncoderLimits.BatchTokens"/>.</param>
    /// <param name="cancellationToken">Stops a long pass where the library can.</param>
    /// <returns>A vector a sequence, in their order: pooled as the model says, of any length.</returns>
    /// <exception cref="ArgumentException">The batch breaks a limit; nothing was computed.</exception>
    /// <exception cref="InferenceException">The library refused or failed; the next pass starts afresh.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled on the way.</exception>
    float[][] Encode(IReadOnlyList<int[]> sequences, CancellationToken cancellationToken);

    /// <inheritdoc cref="Decoding.IDecoder.Rest"/>
    void Rest()
    {
    }
}

/// <summary>What an encoder can hold.</summary>
/// <param name="BatchTokens">Most tokens of one forward pass; a text is never split over two, so also the longest text.</param>
/// <param name="SequencesMax">Most texts of one forward pass.</param>
public sealed record EncoderLimits(int BatchTokens, int SequencesMax)
{
    /// <summary>Throws unless a batch keeps to the limits and to the vocabulary.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public void Check(IReadOnlyList<int[]> sequences, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequences.Count, SequencesMax);
        long tokens = 0;
        foreach (int[] sequence in sequences)
        {
            ArgumentOutOfRangeException.ThrowIfZero(sequence.Length);
            tokens += sequence.Length;
            foreach (int token in sequence)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)vocabularySize);
            }
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, BatchTokens);
    }
}

/// <summary>What to allocate.</summary>
/// <param name="Limits">Sizes asked for.</param>
/// <param name="Threads">CPU threads of a forward pass.</param>
/// <param name="Parts">Most parts of a pass that may be computed side by side, each with its share of the threads; a backend may also compute them one after the other.</param>
public sealed record EncoderParameters(EncoderLimits Limits, int Threads, int Parts = 1);
