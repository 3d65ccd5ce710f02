using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.Tests.Gguf;

public sealed class GgufReaderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.gguf");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Model_that_ships_is_read()
    {
        GgufFile file = GgufReader.Read(EmotionPrompt.ModelPath);
        file.Architecture.ShouldBe("llama");
        file.Layers.ShouldBeGreaterThan(0);
        file.EmbeddingSize.ShouldBeGreaterThan(0);
        file.VocabularySize.ShouldBeGreaterThan(1_000);
        file.KvElementsPerLayer.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)] // One byte of the last tensor.
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public void File_cut_anywhere_is_truncated(int cut)
    {
        byte[] whole = File.ReadAllBytes(EmotionPrompt.ModelPath);
        Fail(whole[..(whole.Length - cut)]).Problem.ShouldContain("truncated");
    }

    [Fact]
    public void File_cut_inside_the_header_is_truncated() =>
        Fail(File.ReadAllBytes(EmotionPrompt.ModelPath)[..5_000]).Message.ShouldContain("ends inside its header. Copy or download it again.");

    [Fact]
    public void Other_files_are_not_gguf()
    {
        Fail("<html>404 Not Found, says the download</html>"u8.ToArray()).Message.ShouldContain("is not a GGUF file");
        Fail([]).Message.ShouldContain("is not a GGUF file");
    }

    [Fact]
    public void Git_lfs_pointer_is_not_gguf() =>
        Fail("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 11015232\n"u8.ToArray()).Message.ShouldContain("is not a GGUF file");

    [Fact]
    public void Absurd_counts_are_a_damaged_header()
    {
        byte[] bytes = File.ReadAllBytes(EmotionPrompt.ModelPath)[..4_096];
        bytes.AsSpan(8, 8).Fill(0xff);
        Fail(bytes).Problem.ShouldContain("damaged");
    }


    private ModelLoadException Fail(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return Should.Throw<ModelLoadException>(() => GgufReader.Read(_path));
    }
}
