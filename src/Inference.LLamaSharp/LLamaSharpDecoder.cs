using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLama;
using LLama.Common;
using LLama.Exceptions;
using LLama.Native;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;
using DecodeResult = Pipeline.Inference.Decoding.DecodeResult;
using NativeResult = LLama.Native.DecodeResult;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>
/// A LLamaContext with a unified KV cache. Every call checks what the library would answer with an abort of the process:
/// batches and outputs over their limits, unknown tokens and sequences. LLamaSharp lets only one context of the process
/// decode at a time.
/// </summary>
internal sealed unsafe class LLamaSharpDecoder : IDecoder
{
    private readonly LLamaContext _context;
    private readonly int _vocabularySize;
    private readonly LLamaBatch _batch = new();
    private readonly LLamaSeqId[] _sequences;
    private readonly bool[] _hasLogits;
    private readonly int* _abort; // Read by the native threads during a pass.
    private bool _disposed;

    private LLamaSharpDecoder(LLamaContext context, int vocabularySize, DecoderLimits limits)
    {
        (_context, _vocabularySize, Limits) = (context, vocabularySize, limits);
        _sequences = new LLamaSeqId[limits.SequencesMax];
        _hasLogits = new bool[limits.BatchTokens];
        _abort = (int*)NativeMemory.AllocZeroed(sizeof(int));
        NativeApi.llama_set_abort_callback(
            context.NativeHandle, (nint)(delegate* unmanaged[Cdecl]<void*, byte>)&ShouldAbort, (nint)_abort);
    }

    public DecoderLimits Limits { get; }

    private SafeLLamaContextHandle Native => _context.NativeHandle;

    public static LLamaSharpDecoder Create(LLamaWeights weights, ModelInfo info, DecoderParameters parameters)
    {
        DecoderLimits limits = parameters.Limits;
        _ = NativeLog.TakeError();
        try
        {
            LLamaContext context = weights.CreateContext(new ModelParams("")
            {
                ContextSize = (uint)limits.ContextTokens,
                BatchSize = (uint)limits.BatchTokens,
                UBatchSize = (uint)Math.Min(limits.BatchTokens, 512),
                SeqMax = (uint)limits.SequencesMax,
                Threads = parameters.Threads,
                BatchThreads = parameters.Threads,
                KVUnified = true, // Prefix sharing copies part of a sequence; the split cache aborts on that.
                FlashAttention = parameters.FlashAttention,
            });
            return new(context, info.VocabularySize, limits with
            {
                ContextTokens = (int)context.NativeHandle.ContextSize,
                BatchTokens = (int)context.NativeHandle.BatchSize,
                SequencesMax = (int)context.NativeHandle.MaxSeq,
            });
        }
        catch (RuntimeError e)
        {
            throw new ModelLoadException(
                $"LLamaSharp cannot make a context of {limits.ContextTokens} tokens for {info.Name}: {NativeLog.TakeError() ?? e.Message}.",
                "Lower Inference:ContextTokens or Inference:BatchTokens.", e);
        }
    }

    public DecodeResult Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.Check(batch, _vocabularySize);
        Fill(batch);
        Volatile.Write(ref *_abort, 0);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((LLamaSharpDecoder)state!).Abort(), this);
        return _context.Decode(_batch) switch
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
            ? Native.GetLogitsIth(batchIndex)
            : throw new ArgumentOutOfRangeException(nameof(batchIndex), batchIndex, "That token of the last batch did not want logits.");
    }

    public void CopySequence(int source, int destination, int start, int end)
    {
        CheckSequence(source);
        CheckSequence(destination);
        DecoderLimits.CheckRange(start, end);
        Native.MemorySequenceCopy((LLamaSeqId)source, (LLamaSeqId)destination, start, end);
    }

    public void RemoveSequence(int sequence, int start, int end)
    {
        CheckSequence(sequence);
        DecoderLimits.CheckRange(start, end);
        Native.MemorySequenceRemove((LLamaSeqId)sequence, start, end == int.MaxValue ? -1 : end);

        // LLamaSharp drops the library's answer, so look whether it did it.
        if (end == int.MaxValue && Native.MemorySequenceMaxPosition((LLamaSeqId)sequence).Value >= start)
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
        NativeMemory.Free(_abort);
    }

    private void Fill(DecodeBatch batch)
    {
        Array.Clear(_hasLogits);
        batch.WantsLogits.CopyTo(_hasLogits);
        _batch.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<int> sequences = batch.GetSequences(i);
            for (int s = 0; s < sequences.Length; s++)
            {
                _sequences[s] = (LLamaSeqId)sequences[s];
            }

            _batch.Add(batch.Tokens[i], batch.Positions[i], _sequences.AsSpan(0, sequences.Length), _hasLogits[i]);
        }
    }

    private void CheckSequence(int sequence)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.CheckSequence(sequence);
    }

    private void Abort() => Volatile.Write(ref *_abort, 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* flag) => (byte)(Volatile.Read(ref *(int*)flag) != 0 ? 1 : 0);
}
