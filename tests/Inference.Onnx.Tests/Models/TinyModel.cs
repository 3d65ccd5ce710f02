using System.Text.Json.Nodes;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference.Onnx.Tests.Tokenizers;

namespace Pipeline.Inference.Onnx.Tests.Models;

/// <summary>A directory of a model whose tokens have vectors that can be told by hand: shaped as all-mpnet-base-v2, without token types, with 1 as padding.</summary>
internal sealed class TinyModel : IDisposable
{
    public const int HiddenSize = 3;

    // <s>, <pad>, </s>, <unk>, cat, dog. What stands around a text adds nothing; padding would show.
    private static readonly float[][] _rows = [[0, 0, 0], [1_000, 1_000, 1_000], [0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]];

    public TinyModel(string pooling = "mean")
    {
        ModelFolder.WriteConfig(Root, new JsonObject { ["model_type"] = "mpnet", ["max_position_embeddings"] = 18, ["hidden_size"] = HiddenSize, ["num_attention_heads"] = 1, ["intermediate_size"] = 4, ["pad_token_id"] = 1 });
        ModelFolder.WritePooling(Root, pooling);
        ModelFolder.Write(Root, "tokenizer.json", TokenizerFiles.MpnetWordPiece("<s>", "<pad>", "</s>", "<unk>", "cat", "dog"));
        Graph().WriteTo(Path.Combine(Root, "onnx", "model.onnx"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("tiny-mpnet").FullName;

    public static TinyGraph Graph() => new() { Rows = _rows };

    public void Replace(TinyGraph graph) => graph.WriteTo(Path.Combine(Root, "onnx", "model.onnx"));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
