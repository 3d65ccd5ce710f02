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
}
