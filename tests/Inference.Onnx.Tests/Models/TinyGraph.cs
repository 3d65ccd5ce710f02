using System.Runtime.InteropServices;
using Pipeline.Inference.Onnx.Tokenizers;

namespace Pipeline.Inference.Onnx.Tests.Models;

/// <summary>
/// Writes ONNX files that only look a vector up for every token, so that what pooling and padding do can be computed by hand.
/// Format: github.com/onnx/onnx/blob/main/onnx/onnx.proto
/// </summary>
internal sealed record TinyGraph
{
    private const int FloatType = 1;
    private const int SignedByteType = 3;
    private const int Int64Type = 7;

    public IReadOnlyList<string> Inputs { get; init; } = ["input_ids", "attention_mask"];

    public string Output { get; init; } = "last_hidden_state";

    /// <summary>A vector a token.</summary>
    public required float[][] Rows { get; init; }

    /// <summary>The graph averages the tokens itself, padding included.</summary>
    public bool Pools { get; init; }

    /// <summary>Multiplies every vector by this matrix, so that a layer has something to compute; null: there is none.</summary>
    public float[][]? Matrix { get; init; }

    /// <summary>Multiplies in int8, as the Hub's quantised exports do: the matrix beforehand, the vectors on the way.</summary>
    public bool IsQuantized { get; init; }

    public void WriteTo(string path)
    {
        ProtoWriter graph = new();
        graph.Bytes(1, Node("Gather", ["rows", "input_ids"], Pools || Matrix is not null ? "tokens" : Output, attributes: []));
        foreach (byte[] node in Matrix is null ? [] : IsQuantized ? QuantizedProduct() : [Node("MatMul", ["tokens", "matrix"], Output, attributes: [])])
        {
            graph.Bytes(1, node);
        }

        if (Pools)
        {
            graph.Bytes(1, Node("ReduceMean", ["tokens"], Output, [Attribute("axes", field: 8, value: 1, type: 7), Attribute("keepdims", field: 3, value: 0, type: 2)]));
        }

        graph.Text(2, "tiny");
        graph.Bytes(5, Floats("rows", Rows));
        foreach (byte[] tensor in Matrix is null ? [] : IsQuantized ? QuantizedMatrix(Matrix) : [Floats("matrix", Matrix)])
        {
            graph.Bytes(5, tensor);
        }

        foreach (string input in Inputs)
        {
            graph.Bytes(11, Value(input, Int64Type, ["texts", "tokens"]));
        }

        graph.Bytes(12, Value(Output, FloatType, Pools ? ["texts", "numbers"] : ["texts", "tokens", "numbers"]));
        ProtoWriter opset = new();
        opset.Number(2, 13);
        ProtoWriter model = new();
        model.Number(1, 8);
        model.Bytes(7, graph.Written);
        model.Bytes(8, opset.Written);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, model.Written);
    }

    private byte[][] QuantizedProduct() =>
    [
        Node("DynamicQuantizeLinear", ["tokens"], ["tokens_int8", "tokens_scale", "tokens_zero"], attributes: []),
        Node("MatMulInteger", ["tokens_int8", "matrix_int8", "tokens_zero"], "product_int32", attributes: []),
        Node("Cast", ["product_int32"], "product", [Attribute("to", field: 3, value: FloatType, type: 2)]),
        Node("Mul", ["tokens_scale", "matrix_scale"], "scale", attributes: []),
        Node("Mul", ["product", "scale"], Output, attributes: []),
    ];

    /// <summary>Symmetric: the largest number becomes 127.</summary>
    private static byte[][] QuantizedMatrix(float[][] matrix)
    {
        float scale = matrix.Max(row => row.Max(MathF.Abs)) / sbyte.MaxValue;
        sbyte[] rounded = [.. matrix.SelectMany(row => row).Select(value => (sbyte)MathF.Round(value / scale))];
        return
        [
            Tensor("matrix_int8", SignedByteType, [matrix.Length, matrix[0].Length], MemoryMarshal.AsBytes<sbyte>(rounded)),
            Tensor("matrix_scale", FloatType, [], MemoryMarshal.AsBytes<float>(new[] { scale })),
        ];
    }

    private static byte[] Floats(string name, float[][] rows) =>
        Tensor(name, FloatType, [rows.Length, rows[0].Length], MemoryMarshal.AsBytes<float>(rows.SelectMany(row => row).ToArray()));

    private static byte[] Tensor(string name, int elementType, int[] dimensions, ReadOnlySpan<byte> content)
    {
        ProtoWriter tensor = new();
        Array.ForEach(dimensions, dimension => tensor.Number(1, dimension));
        tensor.Number(2, elementType);
        tensor.Text(8, name);
        tensor.Bytes(9, content);
        return tensor.Written.ToArray();
    }

    private static byte[] Node(string operation, string[] inputs, string output, byte[][] attributes) => Node(operation, inputs, [output], attributes);

    private static byte[] Node(string operation, string[] inputs, string[] outputs, byte[][] attributes)
    {
        ProtoWriter node = new();
        Array.ForEach(inputs, input => node.Text(1, input));
        Array.ForEach(outputs, output => node.Text(2, output));
        node.Text(4, operation);
        Array.ForEach(attributes, attribute => node.Bytes(5, attribute));
        return node.Written.ToArray();
    }

    private static byte[] Attribute(string name, int field, int value, int type)
    {
        ProtoWriter attribute = new();
        attribute.Text(1, name);
        attribute.Number(field, value);
        attribute.Number(20, type);
        return attribute.Written.ToArray();
    }

    private static byte[] Value(string name, int elementType, string[] dimensions)
    {
        ProtoWriter shape = new();
        foreach (string dimension in dimensions)
        {
            ProtoWriter named = new();
            named.Text(2, dimension);
            shape.Bytes(1, named.Written);
        }

        ProtoWriter tensor = new();
        tensor.Number(1, elementType);
        tensor.Bytes(2, shape.Written);
        ProtoWriter type = new();
        type.Bytes(1, tensor.Written);
        ProtoWriter value = new();
        value.Text(1, name);
        value.Bytes(2, type.Written);
        return value.Written.ToArray();
    }
}
