using Microsoft.ML.OnnxRuntime;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Inference.Onnx.Passes;

/// <summary>Computes a pass as runs of padded batches, one after the other, each with all threads.</summary>
/// <param name="session">Owned by the model; used by one pass at a time.</param>
/// <param name="graph">What it takes and gives.</param>
/// <param name="vocabularySize">Tokens are below it.</param>
/// <param name="padToken">Fills the short texts of a run.</param>
/// <param name="limits">Those that were asked for: nothing is allocated ahead.</param>
internal sealed class OnnxEncoder(InferenceSession session, EncoderGraph graph, int vocabularySize, int padToken, EncoderLimits limits) : IEmbeddingEncoder
{
    private readonly string[] _outputs = [graph.Output];
    private bool _disposed;

    public EncoderLimits Limits => limits;

    public int Dimensions => graph.Dimensions;

    public float[][] Encode(IReadOnlyList<int[]> sequences, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        limits.Check(sequences, vocabularySize);
        float[][] vectors = new float[sequences.Count][];
        foreach (int[] run in PaddedRuns.Pack([.. sequences.Select(sequence => sequence.Length)], limits.BatchTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[][] rows = [.. run.Select(index => sequences[index])];
            float[][] found = Run(rows, cancellationToken);
            for (int i = 0; i < run.Length; i++)
            {
                vectors[run[i]] = found[i];
            }
        }

        return vectors;
    }

    public void Dispose() => _disposed = true;

    private float[][] Run(int[][] rows, CancellationToken cancellationToken)
    {
        using RunInputs inputs = new(rows, graph.Inputs, padToken);
        using RunOptions options = new();
        using CancellationTokenRegistration registration = cancellationToken.Register(() => options.Terminate = true);
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, graph.Inputs, inputs.Values, _outputs);
            return Read(outputs[0].GetTensorDataAsSpan<float>(), rows);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException($"ONNX Runtime failed on {rows.Length} texts of up to {rows[0].Length} tokens: {exception.Message}", exception);
        }
    }

    private float[][] Read(ReadOnlySpan<float> numbers, int[][] rows)
    {
        int size = numbers.Length / rows.Length; // Of a text: one vector, or one a token.
        float[][] vectors = new float[rows.Length][];
        for (int row = 0; row < rows.Length; row++)
        {
            ReadOnlySpan<float> own = numbers.Slice(row * size, size);
            vectors[row] = graph.Pooling is { } pooling ? TokenPooling.Pool(own, rows[row].Length, Dimensions, pooling) : own.ToArray();
        }

        return vectors;
    }
}
