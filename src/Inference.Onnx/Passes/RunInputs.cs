using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Inference.Onnx.Passes;

/// <summary>Tensors of one run: a row a text, padded to the longest.</summary>
internal sealed class RunInputs : IDisposable
{
    private readonly List<OrtValue> _values = [];

    /// <param name="rows">Tokens of the texts, the longest first.</param>
    /// <param name="names">Inputs of the graph.</param>
    /// <param name="padToken">Fills up; where a graph counts positions itself, it knows padding by this token.</param>
    public RunInputs(int[][] rows, IReadOnlyList<string> names, int padToken)
    {
        int width = rows[0].Length;
        foreach (string name in names)
        {
            long[] numbers = new long[rows.Length * width];
            for (int row = 0; row < rows.Length; row++)
            {
                Fill(numbers.AsSpan(row * width, width), rows[row], name, padToken);
            }

            _values.Add(OrtValue.CreateTensorValueFromMemory(numbers, [rows.Length, width]));
        }
    }

    public IReadOnlyList<OrtValue> Values => _values;

    public void Dispose() => _values.ForEach(value => value.Dispose());

    private static void Fill(Span<long> row, int[] tokens, string name, int padToken)
    {
        switch (name)
        {
            case EncoderGraph.InputIds:
                row.Fill(padToken);
                for (int i = 0; i < tokens.Length; i++)
                {
                    row[i] = tokens[i];
                }

                break;
            case EncoderGraph.AttentionMask:
                row[..tokens.Length].Fill(1);
                break;
            case EncoderGraph.Positions:
                for (int i = 0; i < tokens.Length; i++)
                {
                    row[i] = i;
                }

                break;
            default: // Token types: every text is the first of its pair.
                break;
        }
    }
}
