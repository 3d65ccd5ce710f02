using System.Text;

namespace Pipeline.Cli.Tests.Models;

/// <summary>Model files for tests.</summary>
internal static class TestModel
{
    /// <summary>A right file with one tensor of so many bytes.</summary>
    public static byte[] Small(string name = "small", int tensorBytes = 64 * 1_024)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(1UL);
        writer.Write(4UL);
        WriteText(writer, "general.architecture", "llama");
        WriteText(writer, "general.name", name);
        WriteNumber(writer, "general.file_type", 7);
        WriteNumber(writer, "llama.context_length", 2_048);
        WriteText(writer, "token_embd.weight");
        writer.Write(1u);
        writer.Write((long)tensorBytes / 4);
        writer.Write(0u);
        writer.Write(0L);
        stream.SetLength((stream.Position + 31) / 32 * 32);
        stream.Position = stream.Length;
        var tensor = new byte[tensorBytes];
        new Random(name.Length).NextBytes(tensor);
        writer.Write(tensor);
        return stream.ToArray();
    }

    private static void WriteText(BinaryWriter writer, string key, string value)
    {
        WriteText(writer, key);
        writer.Write(8u);
        WriteText(writer, value);
    }

    private static void WriteNumber(BinaryWriter writer, string key, uint value)
    {
        WriteText(writer, key);
        writer.Write(4u);
        writer.Write(value);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write((ulong)text.Length);
        writer.Write(Encoding.ASCII.GetBytes(text));
    }
}
