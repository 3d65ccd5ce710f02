using System.Text;

namespace Pipeline.Inference.Gguf;

/// <summary>Key-value part of the header. Keeps scalars, short strings and the lengths of arrays.</summary>
internal sealed class GgufMetadata
{
    private const int StringBytesKept = 1_024;
    private const uint TypeString = 8;
    private const uint TypeArray = 9;
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    public long Alignment => Number("general.alignment") is long alignment and > 0 ? alignment : 32;

    public static GgufMetadata Read(BinaryReader reader, ulong entries)
    {
        GgufMetadata metadata = new();
        for (ulong i = 0; i < entries; i++)
        {
            string key = ReadString(reader);
            if (ReadValue(reader, reader.ReadUInt32()) is { } value)
            {
                metadata._values[key] = value;
            }
        }

        return metadata;
    }

    public GgufFile Describe(long fileBytes)
    {
        string architecture = _values.GetValueOrDefault("general.architecture") as string ?? "unknown";
        long? Of(string key) => Number($"{architecture}.{key}");
        long heads = Math.Max(1, Of("attention.head_count") ?? 1);
        long embedding = Of("embedding_length") ?? 0;
        long headSize = embedding / heads;
        long kvHeads = Of("attention.head_count_kv") ?? heads;
        return new GgufFile
        {
            Architecture = architecture,
            FileBytes = fileBytes,
            Layers = (int)(Of("block_count") ?? 0),
            EmbeddingSize = (int)embedding,
            FeedForwardSize = (int)(Of("feed_forward_length") ?? 4 * embedding),
            KvElementsPerLayer = (int)(kvHeads * ((Of("attention.key_length") ?? headSize) + (Of("attention.value_length") ?? headSize))),
            VocabularySize = _values.GetValueOrDefault("tokenizer.ggml.tokens") is ArrayLength tokens ? tokens.Count : (int)(Of("vocab_size") ?? 0),
        };
    }

    internal static string ReadString(BinaryReader reader)
    {
        ulong length = reader.ReadUInt64();
        int kept = (int)Math.Min(length, StringBytesKept);
        byte[] bytes = reader.ReadBytes(kept);
        if (bytes.Length < kept)
        {
            throw new EndOfStreamException();
        }

        Skip(reader, length - (ulong)kept);
        return Encoding.UTF8.GetString(bytes);
    }

    private static object? ReadValue(BinaryReader reader, uint type) => type switch
    {
        0 => (long)reader.ReadByte(),
        1 => (long)reader.ReadSByte(),
        2 => (long)reader.ReadUInt16(),
        3 => (long)reader.ReadInt16(),
        4 => (long)reader.ReadUInt32(),
        5 => (long)reader.ReadInt32(),
        6 => (double)reader.ReadSingle(),
        7 => reader.ReadByte() != 0,
        TypeString => ReadString(reader),
        TypeArray => ReadArrayLength(reader),
        10 => (long)Math.Min(reader.ReadUInt64(), long.MaxValue),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new EndOfStreamException($"Unknown value type {type}."),
    };

    private static ArrayLength ReadArrayLength(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        ulong count = reader.ReadUInt64();
        if (type is TypeString or TypeArray)
        {
            for (ulong i = 0; i < count; i++)
            {
                _ = type == TypeString ? (object)ReadString(reader) : ReadArrayLength(reader);
            }
        }
        else
        {
            ulong size = type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, _ => 8 };
            Skip(reader, count > long.MaxValue / 8 ? ulong.MaxValue : count * size);
        }

        return new((int)Math.Min(count, int.MaxValue));
    }

    private static void Skip(BinaryReader reader, ulong bytes)
    {
        Stream stream = reader.BaseStream;
        if (bytes > (ulong)(stream.Length - stream.Position))
        {
            throw new EndOfStreamException();
        }

        if (bytes > 0)
        {
            stream.Seek((long)bytes, SeekOrigin.Current);
        }
    }

    private long? Number(string key) => _values.GetValueOrDefault(key) as long?;

    /// <summary>Stands for an array, whose elements are not kept.</summary>
    private sealed record ArrayLength(int Count);
}
