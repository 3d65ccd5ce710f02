using System.Buffers;
using System.IO.Compression;
using System.Numerics.Tensors;
using System.Text;

namespace Pipeline.Inference.Vocabularies;

/// <summary>
/// Tells without a model how many tokens a text has at least. However a tokenizer cuts a text, it cuts it into tokens of its vocabulary: no way
/// of cutting has fewer tokens than the shortest one, so what is too long by this count is too long by the model's own.
/// </summary>
public sealed class Vocabulary
{
    private const byte Version = 1;

    // A file of more tokens is none that a model was trained with.
    private const int TokensMax = 4_194_304;
    private const string SpaceMark = "\u2581";

    private readonly TokenTable _table;
    private readonly bool _marksSpaces;

    /// <param name="tokens">What each token stands for, in UTF-8; control tokens, which no text of a request becomes, left out.</param>
    /// <param name="marksSpaces">Whether the tokenizer writes spaces as U+2581, so that the two are one to it.</param>
    /// <exception cref="ArgumentException">There is a text that these tokens do not make up.</exception>
    internal Vocabulary(IEnumerable<byte[]> tokens, bool marksSpaces)
    {
        (_table, _marksSpaces) = (new(tokens), marksSpaces);
        if (!_table.HasEveryByte)
        {
            throw new ArgumentException("A byte is no token.", nameof(tokens));
        }
    }

    /// <summary>As few tokens as a text can have, wherever in a prompt it stands: a token at either end may belong to what is beside it.</summary>
    /// <param name="enough">Counting ends here.</param>
    public int AtLeast(string text, int enough)
    {
        text = _marksSpaces ? text.Replace(SpaceMark, " ", StringComparison.Ordinal) : text;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return AtLeast(buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)), enough);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>To be kept and sent; <see cref="Read"/> is the way back.</summary>
    public byte[] Write()
    {
        using MemoryStream bytes = new();
        using (BrotliStream compressed = new(bytes, CompressionLevel.Fastest))
        using (BinaryWriter writer = new(compressed))
        {
            writer.Write(Version);
            writer.Write(_marksSpaces);
            writer.Write(_table.Tokens.Count);
            foreach (byte[] token in _table.Tokens)
            {
                writer.Write7BitEncodedInt(token.Length);
                writer.Write(token);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Null for what another version wrote, or nobody.</summary>
    public static Vocabulary? Read(byte[] bytes)
    {
        try
        {
            using BinaryReader reader = new(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress));
            if (reader.ReadByte() != Version)
            {
                return null;
            }

            bool marksSpaces = reader.ReadBoolean();
            int count = reader.ReadInt32();
            if (count is < 0 or > TokensMax)
            {
                return null;
            }

            List<byte[]> tokens = new(count);
            for (int i = 0; i < count; i++)
            {
                tokens.Add(reader.ReadBytes(Math.Clamp(reader.Read7BitEncodedInt(), 0, bytes.Length * 1_024)));
            }

            return new(tokens, marksSpaces);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private int AtLeast(ReadOnlySpan<byte> text, int enough)
    {
        int reach = _table.LengthMax;
        int[] lengths = ArrayPool<int>.Shared.Rent(reach);

        // The fewest tokens up to each of the places that one token reaches from here. A token from before may end anywhere in the first ones.
        int[] fewest = new int[reach + 1];
        int end = text.Length - reach;
        int least = 0;
        for (int at = 0; at < end && least < enough; at++)
        {
            int here = fewest[at % (reach + 1)];
            int found = _table.Match(text[at..], lengths);
            fewest[at % (reach + 1)] = int.MaxValue; // From here on it is the place behind the farthest one.
            for (int i = 0; i < found; i++)
            {
                ref int there = ref fewest[(at + lengths[i]) % (reach + 1)];
                there = Math.Min(there, here + 1);
            }

            least = at < reach ? 0 : Least(fewest);
        }

        ArrayPool<int>.Shared.Return(lengths);
        return Math.Min(end > 0 ? Least(fewest) : 0, enough);
    }

    private static int Least(ReadOnlySpan<int> fewest) => TensorPrimitives.Min(fewest);
}
