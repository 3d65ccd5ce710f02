using Pipeline.TestSupport.Inference;

namespace Pipeline.Cli.Tests.Models;

/// <summary>Model files for tests.</summary>
internal static class TestModel
{
    /// <summary>A right file with one tensor of so many bytes.</summary>
    public static byte[] Small(string name = "small", int tensorBytes = 64 * 1_024)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.WriteGgufHeader(tensors: 1, entries: 4);
        writer.WriteGgufEntry("general.architecture", "llama");
        writer.WriteGgufEntry("general.name", name);
        writer.WriteGgufEntry("general.file_type", 7);
        writer.WriteGgufEntry("llama.context_length", 2_048);
        writer.WriteGgufText("token_embd.weight");
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
}
