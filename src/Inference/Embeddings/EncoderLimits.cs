namespace Pipeline.Inference.Embeddings;

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
