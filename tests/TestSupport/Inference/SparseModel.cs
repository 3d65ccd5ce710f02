namespace Pipeline.TestSupport.Inference;

/// <summary>A GGUF file that claims to be huge and takes no room on the disk.</summary>
public static class SparseModel
{
    private const uint Float16 = 1;
    private const int Alignment = 32;

    /// <param name="weights">16-bit weights of its one tensor.</param>
    public static string Create(ulong weights)
    {
        var path = Path.GetTempFileName();
        using var file = File.Create(path);
        using var writer = new BinaryWriter(file);
        writer.WriteGgufHeader(tensors: 1, entries: 6);
        writer.WriteGgufEntry("general.architecture", "llama");
        writer.WriteGgufEntry("llama.context_length", 4_096);
        writer.WriteGgufEntry("llama.block_count", 80);
        writer.WriteGgufEntry("llama.embedding_length", 8_192);
        writer.WriteGgufEntry("llama.attention.head_count", 64);
        writer.WriteGgufEntry("llama.attention.head_count_kv", 8);
        writer.WriteGgufText("token_embd.weight");
        writer.Write(1u);
        writer.Write(weights);
        writer.Write(Float16);
        writer.Write(0UL);
        writer.Flush();
        file.SetLength(((file.Length + Alignment - 1) / Alignment * Alignment) + (long)(weights * sizeof(ushort)));
        return path;
    }
}
