using Pipeline.Inference.Decoding;
using Pipeline.Inference.LlamaCpp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>
/// A llama_context with a unified KV cache. Every call checks what the library would answer with an abort of the process:
/// batches and outputs over their limits, unknown tokens and sequences.
/// </summary>
internal sealed unsafe class LlamaDecoder : IDecoder
{
    private readonly ContextHandle _context;
    private readonly nint _memory;
    private readonly int _vocabularySize;
    private readonly LlamaBatch _batch;
    private readonly bool[] _hasLogits;
    private readonly AbortFlag _abort;
    private bool _disposed;

    private LlamaDecoder(ContextHandle context, int vocabularySize, DecoderLimits limits)
    {
        (_context, _vocabularySize, Limits) = (context, vocabularySize, limits);
        _memory = LlamaApi.llama_get_memory(context);
        _batch = LlamaApi.llama_batch_init(limits.BatchTokens, embeddingSize: 0, limits.SequencesMax);
        _hasLogits = new bool[limits.BatchTokens];
        _abort = new(context);
    }

    public DecoderLimits Limits { get; }

    public static LlamaDecoder Create(ModelHandle model, ModelInfo info, DecoderParameters parameters)
    {
        DecoderLimits limits = parameters.Limits;
        LlamaContextParams native = LlamaApi.llama_context_default_params();
        native.ContextTokens = (uint)limits.ContextTokens;
        native.BatchTokens = (uint)limits.BatchTokens;
        native.MicroBatchTokens = (uint)Math.Min(limits.BatchTokens, 512);
        native.SequencesMax = (uint)limits.SequencesMax;
        native.OutputsMax = (uint)Math.Max(limits.OutputsMax, limits.SequencesMax); // The library asserts it has one a sequence.
        native.OutputsMaxPerSequence = 0; // As many as in all.
        native.Threads = native.ThreadsBatch = parameters.Threads;
        native.KvUnified = 1; // Prefix sharing copies part of a sequence; the split cache aborts on that.
        native.FlashAttentionType = parameters.FlashAttention switch { null => -1, false => 0, true => 1 };
        ContextHandle context = ContextHandle.Create(
            model, native, $"a context of {limits.ContextTokens} tokens for {info.Name}", "Lower Inference:ContextTokens or Inference:BatchTokens.");
        return new(context, info.VocabularySize, limits with
        {
            ContextTokens = (int)LlamaApi.llama_n_ctx(context),
            BatchTokens = (int)LlamaApi.llama_n_batch(context),
            SequencesMax = (int)LlamaApi.llama_n_seq_max(context),
            OutputsMax = (int)native.OutputsMax,
        });
    }

    public DecodeResult Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.Check(batch, _vocabularySize);
        LlamaBatch native = Fill(batch);
        using CancellationTokenRegistration registration = _abort.Watch(cancellationToken);
        return LlamaApi.llama_decode(_context, native) switch
        {
            0 => DecodeResult.Ok,
            1 => DecodeResult.CacheFull,
            2 => DecodeResult.Aborted,
            _ => DecodeResult.Failed,
        };
    }

    public ReadOnlySpan<float> GetLogits(int batchIndex)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if ((uint)batchIndex >= (uint)_hasLogits.Length || !_hasLogits[batchIndex])
        {
            throw new ArgumentOutOfRangeException(nameof(batchIndex), batchIndex, "That token of the last batch did not want logits.");
        }

        float* logits = LlamaApi.llama_get_logits_ith(_context, batchIndex);
        return logits is null
            ? throw new InferenceException("llama.cpp has no logits for a token that wanted them.")
            : new(logits, _vocabularySize);
    }

    public void CopySequence(int source, int destination, int start, int end)
    {
        CheckSequence(source);
        CheckSequence(destination);
        DecoderLimits.CheckRange(start, end);
        LlamaApi.llama_memory_seq_cp(_memory, source, destination, start, end);
    }

    public void RemoveSequence(int sequence, int start, int end)
    {
        CheckSequence(sequence);
        DecoderLimits.CheckRange(start, end);
        if (!LlamaApi.llama_memory_seq_rm(_memory, sequence, start, end == int.MaxValue ? -1 : end))
        {
            throw new InferenceException("This model cannot forget part of a sequence. Take a model without recurrent layers.");
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _context.Dispose();
        LlamaApi.llama_batch_free(_batch);
        _abort.Dispose();
    }

    private LlamaBatch Fill(DecodeBatch batch)
    {
        LlamaBatch native = _batch;
        native.TokensCount = batch.Count;
        batch.Tokens.CopyTo(new(native.Tokens, batch.Count));
        batch.Positions.CopyTo(new(native.Positions, batch.Count));
        Array.Clear(_hasLogits);
        batch.WantsLogits.CopyTo(_hasLogits);
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<int> sequences = batch.GetSequences(i);
            native.SequenceCounts[i] = sequences.Length;
            sequences.CopyTo(new(native.Sequences[i], sequences.Length));
            native.WantsLogits[i] = _hasLogits[i] ? (sbyte)1 : (sbyte)0;
        }

        return native;
    }

    private void CheckSequence(int sequence)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.CheckSequence(sequence);
    }
}
