using System.Runtime.InteropServices;
using LLama.Native;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>
/// A llama_batch in native memory, allocated once and filled for each pass. LLamaSharp's own pins an array for each token of each
/// pass.
/// </summary>
/// <param name="tokensMax">Most tokens of a pass.</param>
/// <param name="sequencesMax">Most sequences that share one token.</param>
internal sealed unsafe class NativeBatch(int tokensMax, int sequencesMax) : IDisposable
{
    private readonly LLamaNativeBatch _batch = Allocate(tokensMax, sequencesMax);
    private bool _disposed;

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    /// <summary>Adds a token; the caller keeps to the sizes.</summary>
    public void Add(int token, int position, ReadOnlySpan<int> sequences, bool wantsOutput)
    {
        int at = Count++;
        _batch.tokens[at] = token;
        _batch.pos[at] = position;
        _batch.n_seq_id[at] = sequences.Length;
        sequences.CopyTo(new((int*)_batch.seq_id[at], sequences.Length));
        _batch.logits[at] = wantsOutput ? (byte)1 : (byte)0;
    }

    /// <summary>What the library reads during a pass.</summary>
    public LLamaNativeBatch AsNative() => _batch with { n_tokens = Count };

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        NativeMemory.Free(_batch.tokens);
        NativeMemory.Free(_batch.pos);
        NativeMemory.Free(_batch.n_seq_id);
        NativeMemory.Free(_batch.seq_id[0]);
        NativeMemory.Free(_batch.seq_id);
        NativeMemory.Free(_batch.logits);
    }

    private static LLamaNativeBatch Allocate(int tokensMax, int sequencesMax)
    {
        LLamaNativeBatch batch = new()
        {
            tokens = (LLamaToken*)NativeMemory.Alloc((nuint)tokensMax, sizeof(int)),
            pos = (LLamaPos*)NativeMemory.Alloc((nuint)tokensMax, sizeof(int)),
            n_seq_id = (int*)NativeMemory.Alloc((nuint)tokensMax, sizeof(int)),
            seq_id = (LLamaSeqId**)NativeMemory.Alloc((nuint)tokensMax, (nuint)sizeof(LLamaSeqId*)),
            logits = (byte*)NativeMemory.Alloc((nuint)tokensMax, sizeof(byte)),
        };
        LLamaSeqId* sequences = (LLamaSeqId*)NativeMemory.Alloc((nuint)tokensMax * (nuint)sequencesMax, sizeof(int));
        for (int i = 0; i < tokensMax; i++)
        {
            batch.seq_id[i] = sequences + ((nint)i * sequencesMax);
        }

        return batch;
    }
}
