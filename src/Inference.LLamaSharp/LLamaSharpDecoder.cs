using LLama.Native;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;
using DecodeResult = Pipeline.Inference.Decoding.DecodeResult;
using NativeResult = LLama.Native.DecodeResult;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>
/// A llama.cpp context with a unified KV cache. Every call checks what the library would answer with an abort of the process:
/// batches and outputs over their limits, unknown tokens and sequences.
/// </summary>
internal sealed class LLamaSharpDecoder : IDecoder
{
    private readonly SafeLLamaContextHandle _context;
    private readonly int _vocabularySize;
    private readonly bool _onGpu;
    private readonly NativeBatch _batch;
    private readonly bool[] _hasLogits;
    private readonly AbortFlag _abort;
    private readonly IReadOnlyList<LoadedAdapter> _adapters;
    private int _adapter;
    private bool _disposed;

    private LLamaSharpDecoder(
        SafeLLamaContextHandle context, int vocabularySize, bool onGpu, IReadOnlyList<LoadedAdapter> adapters, DecoderLimits limits)
    {
        _adapters = adapters;
        (_context, _vocabularySize, _onGpu, Limits) = (context, vocabularySize, onGpu, limits);
        _batch = new(limits.BatchTokens, limits.SequencesMax);
        _hasLogits = new bool[limits.BatchTokens];
        _abort = new(context);
    }

    public DecoderLimits Limits { get; }

    public static LLamaSharpDecoder Create(
        SafeLlamaModelHandle model, ModelInfo info, bool onGpu, IReadOnlyList<LoadedAdapter> adapters, DecoderParameters parameters)
    {
        DecoderLimits limits = parameters.Limits;
        LLamaContextParams native = LLamaContextParams.Default();
        native.n_ctx = (uint)limits.ContextTokens;
        native.n_batch = (uint)limits.BatchTokens;
        native.n_ubatch = (uint)Math.Min(limits.BatchTokens, 512);
        native.n_seq_max = (uint)limits.SequencesMax;
        // Unset, it reserves logits for every token of a micro-batch: hundreds of MB. The library asserts one a sequence.
        native.n_outputs_max = (uint)Math.Max(limits.OutputsMax, limits.SequencesMax);
        native.n_threads = native.n_threads_batch = parameters.Threads;
        native.kv_unified = true; // Prefix sharing copies part of a sequence; the split cache aborts on that.
        native.llama_flash_attn_type = parameters.FlashAttention switch
        {
            null => LLamaFlashAttentionType.LLAMA_FLASH_ATTENTION_TYPE_AUTO,
            false => LLamaFlashAttentionType.LLAMA_FLASH_ATTENTION_TYPE_DISABLED,
            true => LLamaFlashAttentionType.LLAMA_FLASH_ATTENTION_TYPE_ENABLED,
        };
        SafeLLamaContextHandle context = ContextMemory.Allocate(
            model, native, $"a context of {limits.ContextTokens} tokens for {info.Name}", "Lower Inference:ContextTokens or Inference:BatchTokens.");
        return new(context, info.VocabularySize, onGpu, adapters, limits with
        {
            ContextTokens = (int)context.ContextSize,
            BatchTokens = (int)context.BatchSize,
            SequencesMax = (int)context.MaxSeq,
            OutputsMax = (int)native.n_outputs_max,
        });
    }

    public void UseAdapter(int adapter)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(adapter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(adapter, _adapters.Count);
        if (adapter != _adapter)
        {
            LlamaApi.UseAdapter(_context, adapter is 0 ? null : _adapters[adapter - 1]);
            _adapter = adapter;
        }
    }

    public DecodeResult Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.Check(batch, _vocabularySize);
        Fill(batch);
        using CancellationTokenRegistration registration = _abort.Watch(cancellationToken);
        return (NativeResult)LlamaApi.Decode(_context, _batch.AsNative(), _onGpu) switch
        {
            NativeResult.Ok => DecodeResult.Ok,
            NativeResult.NoKvSlot => DecodeResult.CacheFull,
            NativeResult.ComputeAborted => DecodeResult.Aborted,
            _ => DecodeResult.Failed,
        };
    }

    public ReadOnlySpan<float> GetLogits(int batchIndex)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return (uint)batchIndex < (uint)_hasLogits.Length && _hasLogits[batchIndex]
            ? _context.GetLogitsIth(batchIndex)
            : throw new ArgumentOutOfRangeException(nameof(batchIndex), batchIndex, "That token of the last batch did not want logits.");
    }

    public void CopySequence(int source, int destination, int start, int end)
    {
        CheckSequence(source);
        CheckSequence(destination);
        DecoderLimits.CheckRange(start, end);
        _context.MemorySequenceCopy((LLamaSeqId)source, (LLamaSeqId)destination, start, end);
    }

    public void RemoveSequence(int sequence, int start, int end)
    {
        CheckSequence(sequence);
        DecoderLimits.CheckRange(start, end);
        _context.MemorySequenceRemove((LLamaSeqId)sequence, start, end == int.MaxValue ? -1 : end);

        // LLamaSharp drops the library's answer, so look whether it did it.
        if (end == int.MaxValue && _context.MemorySequenceMaxPosition((LLamaSeqId)sequence).Value >= start)
        {
            throw new InferenceException("This model cannot forget part of a sequence. Take a model without recurrent layers.");
        }
    }

    public void Rest() => ThreadTeam.End();

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _context.Dispose();
        _batch.Dispose();
        _abort.Dispose();
    }

    private void Fill(DecodeBatch batch)
    {
        Array.Clear(_hasLogits);
        batch.WantsLogits.CopyTo(_hasLogits);
        _batch.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            _batch.Add(batch.Tokens[i], batch.Positions[i], batch.GetSequences(i), _hasLogits[i]);
        }
    }

    private void CheckSequence(int sequence)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.CheckSequence(sequence);
    }
}
