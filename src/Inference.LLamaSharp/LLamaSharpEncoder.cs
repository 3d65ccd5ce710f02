using LLama;
using LLama.Common;
using LLama.Exceptions;
using LLama.Native;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;
using NativeResult = LLama.Native.DecodeResult;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>
/// A LLamaContext that pools. The batch is one micro-batch: encoder models abort the process on more, and pooling sees one
/// micro-batch at a time. Models without a KV cache are sent to llama_encode by the library itself, which computes one pass at a
/// time in a process, so there is nothing to divide.
/// </summary>
internal sealed class LLamaSharpEncoder : IEmbeddingEncoder
{
    private readonly LLamaContext _context;
    private readonly int _vocabularySize;
    private readonly LLamaBatch _batch = new();
    private bool _disposed;

    private LLamaSharpEncoder(LLamaContext context, ModelInfo info, EncoderLimits limits) =>
        (_context, _vocabularySize, Dimensions, Limits) = (context, info.VocabularySize, info.EmbeddingSize, limits);

    public EncoderLimits Limits { get; }

    public int Dimensions { get; }

    private SafeLLamaContextHandle Native => _context.NativeHandle;

    public static LLamaSharpEncoder Create(LLamaWeights weights, ModelInfo info, EncoderParameters parameters)
    {
        uint batchTokens = (uint)parameters.Limits.BatchTokens;
        _ = NativeLog.TakeError();
        LLamaContext context;
        try
        {
            context = weights.CreateContext(new ModelParams("")
            {
                ContextSize = batchTokens,
                BatchSize = batchTokens,
                UBatchSize = batchTokens,
                SeqMax = (uint)Math.Min(parameters.Limits.SequencesMax, parameters.Limits.BatchTokens),
                Threads = parameters.Threads,
                BatchThreads = parameters.Threads,
                KVUnified = true, // One stream: a text may fill the whole batch.
                Embeddings = true,
                PoolingType = ReadPooling(weights, info),
            });
        }
        catch (RuntimeError e)
        {
            throw new ModelLoadException(
                $"LLamaSharp cannot make a context for embeddings of {batchTokens} tokens for {info.Name}: {NativeLog.TakeError() ?? e.Message}.",
                "Lower Inference:BatchTokens.", e);
        }

        if (context.NativeHandle.PoolingType is not (LLamaPoolingType.Mean or LLamaPoolingType.CLS or LLamaPoolingType.Last))
        {
            context.Dispose();
            throw new ModelLoadException(
                $"The model {info.Name} does not pool its tokens to one vector.",
                "Take an embedding model whose GGUF file has a pooling_type of mean, cls or last.");
        }

        return new(context, info, new((int)context.NativeHandle.BatchSize, (int)context.NativeHandle.MaxSeq));
    }

    public float[][] Encode(IReadOnlyList<int[]> sequences, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Limits.Check(sequences, _vocabularySize);
        cancellationToken.ThrowIfCancellationRequested();
        _batch.Clear();
        for (int sequence = 0; sequence < sequences.Count; sequence++)
        {
            for (int position = 0; position < sequences[sequence].Length; position++)
            {
                _batch.Add(sequences[sequence][position], position, (LLamaSeqId)sequence, logits: true); // Pooling needs every token's output.
            }
        }

        Native.MemoryClear(data: false); // Nothing where there is no cache.
        NativeResult result = _context.Decode(_batch);
        return result == NativeResult.Ok
            ? [.. Enumerable.Range(0, sequences.Count).Select(sequence => Native.GetEmbeddingsSeq((LLamaSeqId)sequence).ToArray())]
            : throw new InferenceException($"LLamaSharp failed ({result}) on {_batch.TokenCount} tokens of {sequences.Count} texts.");
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _context.Dispose();
        }
    }

    /// <summary>This release of llama.cpp looks for the model's own pooling in encoder models only, so it is read here for the others.</summary>
    private static LLamaPoolingType ReadPooling(LLamaWeights weights, ModelInfo info) =>
        int.TryParse(weights.Metadata.GetValueOrDefault($"{info.Architecture}.pooling_type"), out int pooling)
            ? (LLamaPoolingType)pooling
            : LLamaPoolingType.Unspecified;
}
