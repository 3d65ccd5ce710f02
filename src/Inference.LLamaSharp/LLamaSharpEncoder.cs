using LLama;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>
/// Contexts of one model side by side. A pass is divided among them by texts, and the threads with it: threads that share a
/// context wait for each other after every operation, and for small models that is much of the time.
/// </summary>
internal sealed class LLamaSharpEncoder : IEmbeddingEncoder
{
    // Less is computed before another thread has begun.
    private const int PartTokensMin = 64;

    private readonly EncoderContext[] _contexts;
    private readonly int _vocabularySize;
    private readonly int _threads;

    private LLamaSharpEncoder(EncoderContext[] contexts, int vocabularySize, int threads) =>
        (_contexts, _vocabularySize, _threads) = (contexts, vocabularySize, threads);

    public EncoderLimits Limits => _contexts[0].Limits;

    public int Dimensions => _contexts[0].Dimensions;

    public static LLamaSharpEncoder Create(LLamaWeights weights, ModelInfo info, bool onGpu, EncoderParameters parameters)
    {
        List<EncoderContext> contexts = [];
        try
        {
            for (int i = 0; i < parameters.Parts; i++)
            {
                contexts.Add(EncoderContext.Create(weights, info, onGpu, parameters.Limits));
            }
        }
        catch
        {
            contexts.ForEach(context => context.Dispose());
            throw;
        }

        return new([.. contexts], info.VocabularySize, parameters.Threads);
    }

    public float[][] Encode(IReadOnlyList<int[]> sequences, CancellationToken cancellationToken)
    {
        Limits.Check(sequences, _vocabularySize);
        int tokens = sequences.Sum(sequence => sequence.Length);
        int[][] parts = Divide(sequences, Math.Clamp(tokens / PartTokensMin, 1, Math.Min(_contexts.Length, sequences.Count)));
        float[][] vectors = new float[sequences.Count][];
        if (parts.Length == 1)
        {
            EncodePart(0);
        }
        else
        {
            // Threads of their own: those of the pool may be busy, and the parts would wait for each other.
            Task.WhenAll(Enumerable.Range(0, parts.Length).Select(number => Task.Factory.StartNew(
                () => EncodePart(number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).GetAwaiter().GetResult();
        }

        return vectors;

        void EncodePart(int number)
        {
            int[] members = parts[number];
            int threads = Math.Max(1, (_threads + number) / parts.Length);
            float[][] found = _contexts[number].Encode([.. members.Select(index => sequences[index])], threads, cancellationToken);
            for (int i = 0; i < members.Length; i++)
            {
                vectors[members[i]] = found[i];
            }
        }
    }

    public void Rest() => ThreadTeam.End();

    public void Dispose() => Array.ForEach(_contexts, context => context.Dispose());

    /// <summary>Places of the sequences, in parts of about as many tokens each: the longest first, each to the part that has least.</summary>
    private static int[][] Divide(IReadOnlyList<int[]> sequences, int count)
    {
        List<int>[] parts = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        int[] tokens = new int[count];
        foreach (int index in Enumerable.Range(0, sequences.Count).OrderByDescending(index => sequences[index].Length))
        {
            int least = Array.IndexOf(tokens, tokens.Min());
            parts[least].Add(index);
            tokens[least] += sequences[index].Length;
        }

        return [.. parts.Select(part => part.ToArray())];
    }
}
