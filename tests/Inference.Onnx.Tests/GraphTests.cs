using Pipeline.Bench.TrainedModels;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.Inference.Onnx.Tests.Models;
using System.Text.Json.Nodes;

namespace Pipeline.Inference.Onnx.Tests;

public sealed class GraphTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task A_graph_without_token_types_is_fed_without_them_and_padding_counts_for_nothing()
    {
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(_model.Root);

        (await OnnxEngine.EmbedAsync(engine, "cat", "Dog dog dog dog", "cat dog"))
            .ShouldBe([[1, 0, 0], [0, 1, 0], [MathF.Sqrt(.5f), MathF.Sqrt(.5f), 0]], new Near());
        (engine.Model!.Architecture, engine.Model.ContextTokensTrained).ShouldBe(("mpnet", 16)); // 18 positions, counted from behind the padding.
    }

    [Fact]
    public async Task The_last_token_is_the_texts_own()
    {
        ModelFolder.WritePooling(_model.Root, "last");
        float[][] rows = [.. TinyModel.Graph().Rows];
        rows[2] = [0, 0, 2]; // </s>
        _model.Replace(TinyModel.Graph() with { Rows = rows });
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(_model.Root);

        (await OnnxEngine.EmbedAsync(engine, "cat", "dog dog dog")).ShouldBe([[0, 0, 1], [0, 0, 1]], new Near());
    }

    [Fact]
    public async Task The_first_token_is_taken_where_the_model_says_so()
    {
        ModelFolder.WritePooling(_model.Root, "cls");
        float[][] rows = [.. TinyModel.Graph().Rows];
        rows[0] = [3, 0, 0]; // <s>
        _model.Replace(TinyModel.Graph() with { Rows = rows });
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(_model.Root);

        (await OnnxEngine.EmbedAsync(engine, "cat", "dog dog dog")).ShouldBe([[1, 0, 0], [1, 0, 0]], new Near());
    }

    [Fact]
    public async Task A_graph_that_pools_itself_needs_no_word_about_it()
    {
        Directory.Delete(Path.Combine(_model.Root, "1_Pooling"), recursive: true);
        _model.Replace(TinyModel.Graph() with { Pools = true, Output = "sentence_embedding" });
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(_model.Root);

        (await OnnxEngine.EmbedAsync(engine, "cat dog")).ShouldBe([[MathF.Sqrt(.5f), MathF.Sqrt(.5f), 0]], new Near());
    }

    [Fact]
    public async Task A_graph_in_int8_runs_and_its_vectors_are_close_to_those_of_its_float_twin()
    {
        Random random = new(22);
        TinyGraph twin = TinyModel.Graph() with { Rows = Random(TinyModel.Graph().Rows.Length), Matrix = Random(TinyModel.HiddenSize) };
        _model.Replace(twin);
        string quantized = Path.Combine(_model.Root, "onnx", "model_qint8_avx512.onnx");
        (twin with { IsQuantized = true }).WriteTo(quantized);
        string[] texts = ["cat", "Dog dog dog dog", "cat dog", "dog cat mouse"];

        await using EmbeddingEngine floats = await OnnxEngine.LoadAsync(_model.Root);
        await using EmbeddingEngine bytes = await OnnxEngine.LoadAsync(quantized);
        float[][] expected = await OnnxEngine.EmbedAsync(floats, texts);
        float[][] found = await OnnxEngine.EmbedAsync(bytes, texts);

        found.Zip(expected, (one, other) => one.Zip(other, (a, b) => a * b).Sum()).ShouldAllBe(cosine => cosine > 0.999); // All have length 1.
        found.SequenceEqual(expected, new Near()).ShouldBeFalse("else nothing was rounded to a byte");

        float[][] Random(int rows) => [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, TinyModel.HiddenSize).Select(_ => (random.NextSingle() * 2) - 1).ToArray())];
    }

    [Fact]
    public void Strange_inputs_are_named()
    {
        _model.Replace(TinyModel.Graph() with { Inputs = ["input_ids", "pixel_values"] });
        Refusal().Problem.ShouldContain("pixel_values");
    }

    [Fact]
    public void A_graph_without_vectors_of_tokens_is_refused_with_what_it_gives()
    {
        _model.Replace(TinyModel.Graph() with { Pools = true, Output = "logits" });
        Refusal().Problem.ShouldContain("logits (Float, rank 2)");
    }

    [Fact]
    public void A_module_behind_the_pooling_must_be_in_the_graph()
    {
        JsonArray modules = JsonNode.Parse(File.ReadAllText(Path.Combine(_model.Root, "modules.json")))!.AsArray();
        modules.Add(new JsonObject { ["idx"] = 3, ["path"] = "3_Dense", ["type"] = "sentence_transformers.models.Dense" });
        ModelFolder.Write(_model.Root, "modules.json", modules);

        ModelLoadException refusal = Refusal();
        refusal.Problem.ShouldContain("Dense");
        refusal.Remedy.ShouldContain("sentence_embedding");
    }

    [Fact]
    public void A_model_that_does_not_say_how_it_pools_is_refused()
    {
        Directory.Delete(Path.Combine(_model.Root, "1_Pooling"), recursive: true);
        Refusal().Remedy.ShouldContain("1_Pooling");
    }

    [Fact]
    public void Another_pooling_is_named()
    {
        ModelFolder.WritePooling(_model.Root, "max");
        Refusal().Problem.ShouldContain("pools by max");
    }

    [Fact]
    public void A_damaged_graph_is_one_message()
    {
        File.WriteAllText(Path.Combine(_model.Root, "onnx", "model.onnx"), "no graph");
        Refusal().Problem.ShouldContain("ONNX Runtime cannot load");
    }

    [Fact]
    public async Task A_token_that_the_graph_has_no_row_for_fails_its_text_alone()
    {
        _model.Replace(TinyModel.Graph() with { Rows = TinyModel.Graph().Rows[..5] });
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(_model.Root);
        Task<float[][]> good = OnnxEngine.EmbedAsync(engine, "cat");

        (await Should.ThrowAsync<InferenceException>(OnnxEngine.EmbedAsync(engine, "dog"))).InnerException!.Message.ShouldContain("ONNX Runtime failed");
        (await good).Length.ShouldBe(1);
    }

    private ModelLoadException Refusal() => Should.Throw<ModelLoadException>(() => OnnxEngine.LoadModel(_model.Root));

    private sealed class Near : IEqualityComparer<float[]>
    {
        public bool Equals(float[]? x, float[]? y) => x!.Zip(y!).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5);

        public int GetHashCode(float[] obj) => 0;
    }
}
