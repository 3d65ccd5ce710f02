using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.Tests.Gguf;

public sealed class GgufPartsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-parts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_part_names_all() => GgufParts.Of("a/m-00001-of-00003.gguf").ShouldBe(["a/m-00001-of-00003.gguf", "a/m-00002-of-00003.gguf", "a/m-00003-of-00003.gguf"]);

    [Theory]
    [InlineData("m.gguf")]
    [InlineData("m-00002-of-00003.gguf")]
    [InlineData("m-00004-of-00003.gguf")]
    [InlineData("m-00001-of-99999.gguf")]
    [InlineData("m-00001-of-00003.gguf.part")]
    public void Any_other_name_is_one_file(string name) => GgufParts.Of(name).ShouldBe([name]);

    [Fact]
    public void Parts_are_read_as_one_model()
    {
        GgufFile whole = GgufReader.Read(EmotionPrompt.ModelPath);
        File.Copy(EmotionPrompt.ModelPath, Path.Combine(_folder, "m-00001-of-00002.gguf"));
        Should.Throw<ModelLoadException>(() => GgufReader.Read(Path.Combine(_folder, "m-00001-of-00002.gguf"))).Message.ShouldContain("m-00002-of-00002.gguf does not exist");

        File.Copy(EmotionPrompt.ModelPath, Path.Combine(_folder, "m-00002-of-00002.gguf"));
        GgufFile parts = GgufReader.Read(Path.Combine(_folder, "m-00001-of-00002.gguf"));

        parts.FileBytes.ShouldBe(2 * whole.FileBytes);
        parts.Parameters.ShouldBe(2 * whole.Parameters);
        parts.Layers.ShouldBe(whole.Layers);
    }

    [Fact]
    public void An_embedding_model_in_parts_is_known_by_all_of_them() =>
        new GgufEmbeddingLoader(loader: null!, NullLogger<GgufEmbeddingLoader>.Instance).FilesOf("m-00001-of-00002.gguf").ShouldBe(["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]);

    [Fact]
    public void A_header_says_how_weights_are_stored_and_what_a_token_reads()
    {
        GgufFile file = GgufReader.Read(EmotionPrompt.ModelPath);

        file.Quantization.ShouldBe("Q8_0");
        file.BytesPerToken.ShouldNotBeNull().ShouldBeInRange(file.FileBytes / 4, file.FileBytes);
    }
}
