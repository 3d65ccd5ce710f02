using System.Security.Cryptography;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding.Tests.Documents;

public sealed class ServedModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("served-model").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_of_one_file_has_that_files_hash_as_its_version() =>
        (await VersionAsync(Write("model.gguf", "weights"))).ShouldBe(Convert.ToHexStringLower(SHA256.HashData("weights"u8))[..12]);

    [Fact]
    public async Task A_model_of_several_files_is_another_one_when_any_of_them_is()
    {
        var version = await VersionAsync(Write("model.onnx", "weights"), Write("tokenizer.json", "{}"));

        (await VersionAsync(Write("copy.onnx", "weights"), Write("copy.json", "{}"))).ShouldBe(version);
        (await VersionAsync(Write("model.onnx", "other"), Write("tokenizer.json", "{}"))).ShouldNotBe(version);
        (await VersionAsync(Write("model.onnx", "weights"), Write("tokenizer.json", "[]"))).ShouldNotBe(version);
        (await VersionAsync(Write("model.onnx", "weights"))).ShouldNotBe(version);
    }

    private static async Task<string?> VersionAsync(params string[] files)
    {
        var served = new ServedModel();
        await served.ReadVersionAsync(files, TestContext.Current.CancellationToken);
        return served.Version;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
