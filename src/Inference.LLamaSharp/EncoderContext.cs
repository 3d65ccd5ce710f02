using LLama;
using LLama.Native;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;
using NativeResult = LLama.Native.DecodeResult;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>
/// A llama.cpp context that pools. The batch is one micro-batch: encoder models abort the process on more, and pooling sees one
/// micro-batch at a time.
/// </summary>
internal sealed class EncoderContext : IDisposable
{
    private readonly SafeLLamaContextHandle _context;
    private readonly bool _onGpu;
    private readonly NativeBatch _batch;
    private readonly AbortFlag _abort;
    private bool _disposed;

    private EncoderContext(SafeLLamaContextHandle context, int dimensions, bool onGpu, EncoderLimits limits)
    {
        (_context, Dimensions, _onGpu, Limits) = (context, dimensions, onGpu, limits);
        _batch = new(limits.BatchTokens, sequencesMax: 1);
        _abort = new(context);
    }

    public EncoderLimits Limits { get; }

    public int Dimensions { get; }

    public static EncoderContext Create(LLamaWeights weights, ModelInfo info, bool onGpu, EncoderLimits limits)
    {
        LLamaContextParams native = LLamaContextParams.Default();
        native.n_ctx = native.n_batch = native.n_ubatch = (uint)limits.BatchTokens;
        native.n_seq_max = (uint)Math.Min(limits.SequencesMax, limits.BatchTokens); // The library asserts that each can have an output.
        native.n_outputs_max = 0; // Every token of the batch.
        native.kv_unified = true; // One stream: a text may fill the whole batch.
        native.embeddings = true;
        native.llama_pooling_type = ReadPooling(weights, info);
        SafeLLamaContextHandle context = ContextMemory.Allocate(
            weights.NativeHandle, native, $"a context for embeddings of {limits.BatchTokens} tokens for {info.Name}", "Lower Inference:BatchTokens.");
        if (context.PoolingType is not (LLamaPoolingType.Mean or LLamaPoolingType.CLS or LLamaPoolingType.Last))
        {
            context.Dispose();
            throw new ModelLoadException(
                $"The model {info.Name} does not pool its tokens to one vector.",
                "Take an embedding model whose GGUF file has a pooling_type of mean, cls or last.");
        }

        return new(context, LlamaApi.llama_model_n_embd_out(weights.NativeHandle), onGpu, new((int)context.BatchSize, (int)context.MaxSeq));
    }

    /// <param name="sequences">Within <see cref="Limits"/>; the caller has checked.</param>
    /// <param name="threads">That compute this pass.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public float[][] Encode(IReadOnlyList<int[]> sequences, int threads, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Fill(sequences);
        LlamaApi.llama_set_n_threads(_context, threads, threads);
        using CancellationTokenRegistration registration = _abort.Watch(cancellationToken);
        _context.MemoryClear(data: false); // Nothing where there is no cache.
        NativeResult result = (NativeResult)LlamaApi.Decode(_context, _batch.AsNative(), _onGpu);
        if (result == NativeResult.ComputeAborted)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        return result == NativeResult.Ok
            ? [.. Enumerable.Range(0, sequences.Count).Select(ReadVector)]
            : throw new InferenceException($"LLamaSharp failed ({result}) on {_batch.Count} tokens of {sequences.Count} texts.");
    }

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

    private void Fill(IReadOnlyList<int[]> sequences)
    {
        _batch.Clear();
        for (int sequence = 0; sequence < sequences.Count; sequence++)
        {
            int[] tokens = sequences[sequence];
            for (int position = 0; position < tokens.Length; position++)
            {
                _batch.Add(tokens[position], position, [sequence], wantsOutput: true); // Pooling needs every token's output.
            }
        }
    }

    private unsafe float[] ReadVector(int sequence)
    {
        float* vector = LlamaApi.llama_get_embeddings_seq(_context, sequence);
        return vector is null
            ? throw new InferenceException("llama.cpp has no embedding for a sequence of the batch.")
            : new ReadOnlySpan<float>(vector, Dimensions).ToArray();
    }

    /// <summary>llama.cpp looks for the model's own pooling in encoder models only, so it is read here for the others.</summary>
    private static LLamaPoolingType ReadPooling(LLamaWeights weights, ModelInfo info) =>
        int.TryParse(weights.Metadata.GetValueOrDefault($"{info.Architecture}.pooling_type"), out int pooling)
            ? (LLamaPoolingType)pooling
            : LLamaPoolingType.Unspecified;
}
