using Pipeline.Inference.Embeddings;

namespace Pipeline.Inference.Tests.Embeddings;

/// <summary>An encoder whose vectors depend on the tokens alone; it records its batches and can be made to fail or to wait.</summary>
internal sealed class ScriptedEncoder(EncoderLimits limits) : IEmbeddingEncoder
{
    public const int VocabularySize = 512;

    public List<int[][]> Batches { get; } = [];

    public EncoderLimits Limits => limits;

    public int Dimensions => 4;

    /// <summary>A batch with this token fails.</summary>
    public int? PoisonToken { get; set; }

    /// <summary>Runs in the next pass, on the loop's thread.</summary>
    public Action? InPass { get; set; }

    public bool IsDisposed { get; private set; }

    public float[][] Encode(IReadOnlyList<int[]> sequences, CancellationToken cancellationToken)
    {
        limits.Check(sequences, VocabularySize);
        Batches.Add([.. sequences]);
        InPass?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        return sequences.Any(sequence => PoisonToken is int poison && sequence.Contains(poison))
            ? throw new InferenceException("poisoned")
            : [.. sequences.Select(VectorOf)];
    }

    public static float[] VectorOf(int[] tokens) => [tokens.Length, tokens[0], tokens.Sum(), 1];

    public void Dispose() => IsDisposed = true;
}
