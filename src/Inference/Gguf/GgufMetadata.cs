using System.Text;

namespace Pipeline.Inference.Gguf;

/// <summary>Key-value part of the header. Keeps scalars, short strings, the lengths of arrays, and of arrays that are asked for what is in them.</summary>
internal sealed class GgufMetadata
{
    private const int StringBytesKept = 1_024;
    private const uint TypeString = 8;
    private const uint TypeArray = 9;

    // Ten times what the largest models have, or more.
    private const long LayersMax = 4_096;
    private const long HeadsMax = 65_536;
    private const long SizeMax = 16_777_216;

    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    private const long AlignmentMax = 1 << 20;

    /// <summary>Of tensors, in bytes.</summary>
    /// <exception cref="InvalidDataException">It is no power of two, on which the native library ends the process.</exception>
    public long Alignment => Number("general.alignment") is not long alignment ? 32
        : alignment is > 0 and <= AlignmentMax && long.IsPow2(alignment) ? alignment
        : throw new InvalidDataException($"general.alignment is {alignment}");

    /// <summary>Share of a mixture's experts that one token goes through; 1 for other models.</summary>
    public double ExpertsUsed =>
        _values.GetValueOrDefault("general.architecture") is string architecture
        && Number($"{architecture}.expert_count") is long count and > 0 && Number($"{architecture}.expert_used_count") is long used and > 0
            ? Math.Min(1, (double)used / count) : 1;

    /// <param name="arrays">Those whose elements are kept.</param>
    public static GgufMetadata Read(BinaryReader reader, ulong entries, params IReadOnlyList<string> arrays)
    {
        GgufMetadata metadata = new();
        for (ulong i = 0; i < entries; i++)
        {
            string key = ReadString(reader);
            if (ReadValue(reader, reader.ReadUInt32(), arrays.Contains(key)) is { } value)
            {
                metadata._values[key] = value;
            }
        }

        return metadata;
    }

    /// <summary>A text; null where the header has none of this name.</summary>
    public string? Text(string key) => _values.GetValueOrDefault(key) as string;

    /// <summary>The elements of an array of strings or of integers that was asked for; null where the header has none of this name.</summary>
    public IReadOnlyList<T>? Array<T>(string key) => _values.GetValueOrDefault(key) as IReadOnlyList<T>;

    /// <exception cref="InvalidDataException">A number is out of any bounds that a model has.</exception>
    public GgufFile Describe(long fileBytes, TensorTable tensors)
    {
        string architecture = _values.GetValueOrDefault("general.architecture") as string ?? "unknown";
        long? Of(string key, long min, long max) => Within($"{architecture}.{key}", min, max);
        long heads = Math.Max(1, Of("attention.head_count", 0, HeadsMax) ?? 1);
        long embedding = Of("embedding_length", 1, SizeMax) ?? 0;
        long headSize = embedding / heads;
        long kvHeads = Of("attention.head_count_kv", 0, HeadsMax) ?? heads;
        long kvElements = kvHeads * ((Of("attention.key_length", 0, SizeMax) ?? headSize) + (Of("attention.value_length", 0, SizeMax) ?? headSize));
        return new GgufFile
        {
            Architecture = architecture,
            Name = _values.GetValueOrDefault("general.name") is string { Length: > 0 } name ? name : null,
            ContextTokens = (int?)Of("context_length", 1, SizeMax),
            FileBytes = fileBytes,
            Parameters = tensors.Elements,
            BytesPerToken = tensors.BytesPerToken,
            Quantization = GgufFileTypes.Name(Number("general.file_type")),
            Layers = (int)(Of("block_count", 1, LayersMax) ?? 0),
            EmbeddingSize = (int)embedding,
            FeedForwardSize = (int)(Of("feed_forward_length", 0, SizeMax) ?? 4 * embedding),
            KvElementsPerLayer = kvElements <= int.MaxValue ? (int)kvElements : throw new InvalidDataException($"{kvElements} elements of the KV cache a token and layer"),
            VocabularySize = _values.GetValueOrDefault("tokenizer.ggml.tokens") is ArrayLength tokens ? tokens.Count : (int)(Of("vocab_size", 0, SizeMax) ?? 0),
        };
    }

    private long? Within(string key, long min, long max) => Number(key) is not long value ? null
        : value >= min && value <= max ? value
        : throw new InvalidDataException($"{key} is {value}, and {min} to {max} make sense");

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

    private static void SkipString(BinaryReader reader) => Skip(reader, reader.ReadUInt64());

    private static object? ReadValue(BinaryReader reader, uint type, bool keepsElements) => type switch
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
        TypeArray => keepsElements ? ReadArray(reader) : ReadArrayLength(reader),
        10 => (long)Math.Min(reader.ReadUInt64(), long.MaxValue),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException($"a value has the unknown type {type}"),
    };

    private static object ReadArray(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        ulong count = reader.ReadUInt64();

        // Each element has a byte at least.
        if (count > (ulong)(reader.BaseStream.Length - reader.BaseStream.Position))
        {
            throw new EndOfStreamException();
        }

        return type switch
        {
            TypeString => Elements(() => ReadString(reader)),
            4 or 5 => Elements(reader.ReadInt32),
            _ => throw new InvalidDataException($"an array has the type {type}, where strings or integers are looked for"),
        };

        List<T> Elements<T>(Func<T> read)
        {
            List<T> elements = [];
            for (ulong i = 0; i < count; i++)
            {
                elements.Add(read());
            }

            return elements;
        }
    }

    private static ArrayLength ReadArrayLength(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        ulong count = reader.ReadUInt64();
        if (type is TypeArray)
        {
            // The format allows it, llama.cpp refuses it, and a file of nothing else would be read level by level.
            throw new InvalidDataException("it has an array of arrays");
        }

        if (type is TypeString)
        {
            for (ulong i = 0; i < count; i++)
            {
                SkipString(reader);
            }
        }
        else
        {
            ulong size = type switch
            {
                0 or 1 or 7 => 1,
                2 or 3 => 2,
                4 or 5 or 6 => 4,
                10 or 11 or 12 => 8,
                _ => throw new InvalidDataException($"an array has the unknown type {type}"),
            };
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
