using Pipeline.Inference.Models;
using Pipeline.Inference.Onnx.Tests.Models;

namespace Pipeline.Inference.Onnx.Tests;

public sealed class FilesTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_directory_and_its_graph_are_one_model_named_after_the_directory()
    {
        string graph = Path.Combine(_model.Root, "onnx", "model.onnx");

        OnnxEngine.Loader.FilesOf(graph).ShouldBe(OnnxEngine.Loader.FilesOf(_model.Root));
        OnnxEngine.Loader.NameOf(graph).ShouldBe(Path.GetFileName(_model.Root));
        OnnxEngine.Loader.NameOf(_model.Root + "/").ShouldBe(Path.GetFileName(_model.Root));
    }

    [Fact]
    public void Files_that_decide_about_vectors_are_the_graph_its_data_the_tokenizer_and_the_configuration()
    {
        File.WriteAllText(Path.Combine(_model.Root, "onnx", "model.onnx_data"), "weights");
        File.WriteAllText(Path.Combine(_model.Root, "README.md"), "read me");

        OnnxEngine.Loader.FilesOf(_model.Root).Select(file => Path.GetRelativePath(_model.Root, file)).ShouldBe(
            ["onnx/model.onnx", "onnx/model.onnx_data", "config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json"]);
    }

    [Fact]
    public void Another_precision_is_chosen_by_its_name()
    {
        string quantized = Path.Combine(_model.Root, "onnx", "model_qint8_avx512.onnx");
        TinyModel.Graph().WriteTo(quantized);

        OnnxEngine.Loader.FilesOf(quantized)[0].ShouldBe(quantized);
        OnnxEngine.Loader.FilesOf(_model.Root)[0].ShouldEndWith("model.onnx");
        using var model = OnnxEngine.LoadModel(quantized);
        model.Info.Architecture.ShouldBe("mpnet");
    }

    [Fact]
    public void Several_graphs_without_the_usual_name_are_listed()
    {
        File.Move(Path.Combine(_model.Root, "onnx", "model.onnx"), Path.Combine(_model.Root, "onnx", "a.onnx"));
        OnnxEngine.Loader.FilesOf(_model.Root)[0].ShouldEndWith("a.onnx");
        TinyModel.Graph().WriteTo(Path.Combine(_model.Root, "onnx", "b.onnx"));

        Refusal(_model.Root).Message.ShouldContain("2 ONNX files and none is called model.onnx: a.onnx, b.onnx. Name the file itself");
    }

    [Fact]
    public void A_directory_without_a_model_says_what_belongs_there() =>
        Refusal(Path.GetTempPath()).Message.ShouldContain("has no model.onnx");

    [Fact]
    public void A_file_that_is_not_there_is_one_sentence_with_a_remedy() =>
        Refusal("/nowhere/model.onnx").Message.ShouldBe("The model file /nowhere/model.onnx does not exist. Correct the path or put the file there.");

    [Theory]
    [InlineData("config.json", "has no config.json")]
    [InlineData("tokenizer.json", "has no tokenizer")]
    public void A_missing_file_is_named(string name, string problem)
    {
        File.Delete(Path.Combine(_model.Root, name));
        Refusal(_model.Root).Problem.ShouldContain(problem);
    }

    [Theory]
    [InlineData("config.json", "{")]
    [InlineData("tokenizer.json", "[]")]
    [InlineData("tokenizer.json", "{}")]
    [InlineData("tokenizer.json", """{"model":{"type":"WordPiece"}}""")]
    [InlineData("modules.json", "3")]
    public void A_damaged_file_is_named(string name, string content)
    {
        File.WriteAllText(Path.Combine(_model.Root, name), content);
        Refusal(_model.Root).Problem.ShouldContain(name);
    }

    [Fact]
    public void An_unknown_kind_of_tokenizer_is_named()
    {
        File.WriteAllText(Path.Combine(_model.Root, "tokenizer.json"), """{"model":{"type":"WordLevel","vocab":{}}}""");
        Refusal(_model.Root).Problem.ShouldContain("The model WordLevel of");
    }

    private static ModelLoadException Refusal(string path) => Should.Throw<ModelLoadException>(() => OnnxEngine.LoadModel(path));
}
