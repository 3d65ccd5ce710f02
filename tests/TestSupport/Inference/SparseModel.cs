using System.Text;

namespace Pipeline.TestSupport.Inference;

/// <summary>A GGUF file that claims to be huge and takes no room on the disk.</summary>
public static class SparseModel
{
    private const uint StringType = 8;
    private const uint UnsignedType = 4;
    private const uint Float16 = 1;
    private const int Alignment = 32;

    /// <param name="weights">16-bit weights of its one tensor.</param>
    public static string Create(ulong weights)
    {
        var path = Path.GetTempFileName();
        using var file = File.Create(path);
        using var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(1UL);
        writer.Write(6UL);
        WriteString(writer, "general.architecture", "llama");
        WriteNumber(writer, "llama.context_length", 4_096);
        WriteNumber(writer, "llama.block_count", 80);
        WriteNumber(writer, "llama.embedding_length", 8_192);
        WriteNumber(writer, "llama.attention.head_count", 64);
        WriteNumber(writer, "llama.attention.head_count_kv", 8);
        WriteText(writer, "token_embd.weight");
        writer.Write(1u);
        writer.Write(weights);
        writer.Write(Float16);
        writer.Write(0UL);
        writer.Flush();
        file.SetLength(((file.Length + Alignment - 1) / Alignment * Alignment) + (long)(weights * sizeof(ushort)));
        return path;
    }

    private static void WriteString(BinaryWriter writer, string key, string value)
    {
        WriteText(writer, key);
        writer.Write(StringType);
        WriteText(writer, value);
    }

    private static void WriteNumber(BinaryWriter writer, string key, uint value)
    {
        WriteText(writer, key);
        writer.Write(UnsignedType);
        writer.Write(value);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write((ulong)text.Length);
        writer.Write(Encoding.UTF8.GetBytes(text));
    }
}
