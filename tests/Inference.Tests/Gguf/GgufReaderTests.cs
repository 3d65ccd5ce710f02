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
        file.Parameters.ShouldBe(10_356_480);
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

    [Theory]
    [InlineData("llama.block_count", 0L, "llama.block_count is 0, and 1 to 4096 make sense")]
    [InlineData("llama.block_count", 4_294_967_297L, "llama.block_count is 4294967297")]
    [InlineData("llama.block_count", -1L, "llama.block_count is -1")]
    [InlineData("llama.embedding_length", 0L, "llama.embedding_length is 0")]
    [InlineData("llama.attention.head_count", long.MaxValue, "llama.attention.head_count is 9223372036854775807")]
    [InlineData("llama.attention.key_length", 16_000_000L, "elements of the KV cache")]
    [InlineData("general.alignment", 3L, "general.alignment is 3")]
    [InlineData("general.alignment", 0L, "general.alignment is 0")]
    public void A_number_that_no_model_has_is_told_before_native_code_sees_it(string key, long value, string problem) =>
        Fail(Header(entries: 3, writer =>
        {
            writer.WriteGgufEntry("general.architecture", "llama");
            WriteNumber(writer, key, value);
            WriteNumber(writer, "llama.attention.head_count_kv", 65_536);
        })).Problem.ShouldContain(problem);

    [Fact]
    public void Arrays_within_arrays_are_told_and_not_followed() =>
        Fail(Header(entries: 1, writer =>
        {
            WriteKey(writer, "deep", type: 9);
            for (int level = 0; level < 1_000_000; level++)
            {
                writer.Write(9u);
                writer.Write(1UL);
            }
        })).Problem.ShouldContain("it has an array of arrays");

    [Theory]
    [InlineData(5u, 1L, 0L, "5 dimensions")]
    [InlineData(1u, -1L, 0L, "the length -1")]
    [InlineData(2u, long.MaxValue, 0L, "elements lies at 0")]
    [InlineData(1u, 1L, -1L, "lies at -1")]
    [InlineData(1u, 32L, long.MaxValue, "lies at 9223372036854775807")]
    public void A_tensor_that_cannot_be_is_told(uint dimensions, long length, long offset, string problem) =>
        Fail(Header(entries: 0, tensors: 1, write: writer =>
        {
            writer.WriteGgufText("weight");
            writer.Write(dimensions);
            for (int i = 0; i < Math.Min(dimensions, 4); i++)
            {
                writer.Write(length);
            }

            writer.Write(0u);
            writer.Write(offset);
        })).Problem.ShouldContain(problem);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_header_with_any_bytes_changed_is_read_or_refused_in_words(int seed)
    {
        Random random = new(seed);
        byte[] whole = File.ReadAllBytes(EmotionPrompt.ModelPath);
        for (int round = 0; round < 100; round++)
        {
            byte[] bytes = whole[..100_000];
            for (int change = random.Next(1, 20); change > 0; change--)
            {
                bytes[random.Next(round % 2 == 0 ? 2_000 : bytes.Length)] = (byte)random.Next(256);
            }

            // Shorter than its tensors in any case, so that it is always refused.
            Fail(bytes).Problem.ShouldNotBeNullOrWhiteSpace($"seed {seed}, round {round}");
        }
    }

    private static byte[] Header(ulong entries, Action<BinaryWriter> write, ulong tensors = 0)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.WriteGgufHeader(tensors, entries);
        write(writer);
        return stream.ToArray();
    }

    private static void WriteNumber(BinaryWriter writer, string key, long value)
    {
        WriteKey(writer, key, type: 11);
        writer.Write(value);
    }

    private static void WriteKey(BinaryWriter writer, string key, uint type)
    {
        writer.WriteGgufText(key);
        writer.Write(type);
    }

    private ModelLoadException Fail(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return Should.Throw<ModelLoadException>(() => GgufReader.Read(_path));
    }
}
