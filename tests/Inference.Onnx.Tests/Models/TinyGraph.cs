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
    private const int Int64Type = 7;

    public IReadOnlyList<string> Inputs { get; init; } = ["input_ids", "attention_mask"];

    public string Output { get; init; } = "last_hidden_state";

    /// <summary>A vector a token.</summary>
    public required float[][] Rows { get; init; }

    /// <summary>The graph averages the tokens itself, padding included.</summary>
    public bool Pools { get; init; }

    public void WriteTo(string path)
    {
        ProtoWriter graph = new();
        graph.Bytes(1, Node("Gather", ["rows", "input_ids"], Pools ? "tokens" : Output, attributes: []));
        if (Pools)
        {
            graph.Bytes(1, Node("ReduceMean", ["tokens"], Output, [Attribute("axes", field: 8, value: 1, type: 7), Attribute("keepdims", field: 3, value: 0, type: 2)]));
        }

        graph.Text(2, "tiny");
        graph.Bytes(5, Table());
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

    private byte[] Table()
    {
        ProtoWriter tensor = new();
        tensor.Number(1, Rows.Length);
        tensor.Number(1, Rows[0].Length);
        tensor.Number(2, FloatType);
        tensor.Text(8, "rows");
        tensor.Bytes(9, MemoryMarshal.AsBytes<float>(Rows.SelectMany(row => row).ToArray()));
        return tensor.Written.ToArray();
    }

    private static byte[] Node(string operation, string[] inputs, string output, byte[][] attributes)
    {
        ProtoWriter node = new();
        Array.ForEach(inputs, input => node.Text(1, input));
        node.Text(2, output);
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
