using System.Text;

namespace Pipeline.TestSupport.Inference;

/// <summary>Pieces of a GGUF file, in the order in which they stand in it.</summary>
public static class GgufWriting
{
    private const uint FormatVersion = 3;
    private const uint StringType = 8;
    private const uint UnsignedType = 4;

    public static void WriteGgufHeader(this BinaryWriter writer, ulong tensors, ulong entries)
    {
        writer.Write("GGUF"u8);
        writer.Write(FormatVersion);
        writer.Write(tensors);
        writer.Write(entries);
    }

    public static void WriteGgufEntry(this BinaryWriter writer, string key, string value)
    {
        writer.WriteGgufText(key);
        writer.Write(StringType);
        writer.WriteGgufText(value);
    }

    public static void WriteGgufEntry(this BinaryWriter writer, string key, uint value)
    {
        writer.WriteGgufText(key);
        writer.Write(UnsignedType);
        writer.Write(value);
    }

    public static void WriteGgufText(this BinaryWriter writer, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)utf8.Length);
        writer.Write(utf8);
    }
}
