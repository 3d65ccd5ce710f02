using Pipeline.Inference.Models;

namespace Pipeline.Inference.Tests.Gguf;

public sealed class ModelFingerprintTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fingerprint").FullName;

    [Fact]
    public void Copies_are_the_same_model()
    {
        byte[] content = Content(3_000_000);

        ModelFingerprint.Of(Write("a.gguf", content)).ShouldBe(ModelFingerprint.Of(Write("b.gguf", content)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    [InlineData(3_000_000)]
    public void Other_beginnings_ends_and_lengths_are_other_models(int length)
    {
        byte[] content = Content(length);
        byte[] beginning = [(byte)(content[0] + 1), .. content[1..]];
        byte[] end = [.. content[..^1], (byte)(content[^1] + 1)];

        new[] { content, beginning, end, content[..^1] }
            .Select((bytes, index) => ModelFingerprint.Of(Write($"{index}.gguf", bytes))).Distinct().Count().ShouldBe(4);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        new Random(7).NextBytes(content);
        return content;
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
