using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LlamaCpp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>
/// A llama_context that pools. Encoder models (BERT and its kin) have no KV cache and go through llama_encode, the others
/// through llama_decode with a cache that is emptied before each pass. Either way the batch is one micro-batch: encoders
/// abort the process on more, and pooling sees one micro-batch at a time.
/// </summary>
internal sealed unsafe class EncoderContext : IDisposable
{
    private readonly ContextHandle _context;
    private readonly nint _memory;
    private readonly LlamaBatch _batch;
    private readonly AbortFlag _abort;
    private bool _disposed;

    private EncoderContext(ContextHandle context, int dimensions, EncoderLimits limits)
    {
        (_context, Dimensions, Limits) = (context, dimensions, limits);
        _memory = LlamaApi.llama_get_memory(context);
        _batch = LlamaApi.llama_batch_init(limits.BatchTokens, embeddingSize: 0, sequencesMax: 1);
        _abort = new(context);
    }

    public EncoderLimits Limits { get; }

    public int Dimensions { get; }

    public static EncoderContext Create(ModelHandle model, ModelInfo info, EncoderLimits limits)
    {
        LlamaContextParams native = LlamaApi.llama_context_default_params();
        native.ContextTokens = native.BatchTokens = native.MicroBatchTokens = (uint)limits.BatchTokens;
        native.SequencesMax = (uint)Math.Min(limits.SequencesMax, limits.BatchTokens); // The library asserts that each can have an output.
        native.OutputsMax = 0; // Every token of the batch.
        native.KvUnified = 1; // One stream: a text may fill the whole batch.
        native.Embeddings = 1; // The pooling stays unspecified: the model's own.
        ContextHandle context = ContextHandle.Create(
            model, native, $"a context for embeddings of {limits.BatchTokens} tokens for {info.Name}", "Lower Inference:BatchTokens.");
        if (LlamaApi.llama_pooling_type(context) is not (Pooling.Mean or Pooling.Cls or Pooling.Last))
        {
            context.Dispose();
            throw new ModelLoadException(
                $"The model {info.Name} does not pool its tokens to one vector.",
                "Take an embedding model whose GGUF file has a pooling_type of mean, cls or last.");
        }

        return new(context, LlamaApi.llama_model_n_embd_out(model), new(
            (int)LlamaApi.llama_n_batch(context), (int)LlamaApi.llama_n_seq_max(context)));
    }

    /// <param name="sequences">Within <see cref="Limits"/>; the caller has checked.</param>
    /// <param name="threads">That compute this pass.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public float[][] Encode(IReadOnlyList<int[]> sequences, int threads, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        LlamaBatch native = Fill(sequences);
        LlamaApi.llama_set_n_threads(_context, threads, threads);
        using CancellationTokenRegistration registration = _abort.Watch(cancellationToken);
        if (_memory != 0)
        {
            LlamaApi.llama_memory_clear(_memory, data: false);
        }

        int result = _memory == 0 ? LlamaApi.llama_encode(_context, native) : LlamaApi.llama_decode(_context, native);
        if (result == 2)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        return result == 0
            ? [.. Enumerable.Range(0, sequences.Count).Select(ReadVector)]
            : throw new InferenceException($"llama.cpp failed with code {result} on {native.TokensCount} tokens of {sequences.Count} texts.");
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

    private LlamaBatch Fill(IReadOnlyList<int[]> sequences)
    {
        LlamaBatch native = _batch;
        int at = 0;
        for (int sequence = 0; sequence < sequences.Count; sequence++)
        {
            int[] tokens = sequences[sequence];
            for (int position = 0; position < tokens.Length; position++, at++)
            {
                native.Tokens[at] = tokens[position];
                native.Positions[at] = position;
                native.SequenceCounts[at] = 1;
                native.Sequences[at][0] = sequence;
                native.WantsLogits[at] = 1; // Pooling needs every token's output.
            }
        }

        native.TokensCount = at;
        return native;
    }

    private float[] ReadVector(int sequence)
    {
        float* vector = LlamaApi.llama_get_embeddings_seq(_context, sequence);
        return vector is null
            ? throw new InferenceException("llama.cpp has no embedding for a sequence of the batch.")
            : new ReadOnlySpan<float>(vector, Dimensions).ToArray();
    }

    /// <summary>enum llama_pooling_type.</summary>
    private static class Pooling
    {
        public const int Mean = 1;
        public const int Cls = 2;
        public const int Last = 3;
    }
}
