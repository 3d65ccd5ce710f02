using System.Buffers.Binary;
using System.Text;

namespace Pipeline.TestSupport.Inference;

/// <summary>A GGUF file, changed at places that a reader believes: numbers of the header, shapes, types and places of tensors.</summary>
public sealed class DamagedGguf
{
    private const int TypeString = 8;
    private const int TypeArray = 9;
    private static readonly int[] Sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

    // Zero, small, around powers of two, negative as signed, and what multiplies to overflow.
    private static readonly long[] Odd = [0, 1, 2, 3, 31, 33, 255, 256, 257, 4_096, 65_536, 1_000_003, int.MaxValue, uint.MaxValue, long.MaxValue, -1];

    private readonly byte[] _file;
    private readonly List<(string Key, int Type, int At)> _entries = [];
    private readonly List<(string Name, int Dimensions, int At)> _tensors = [];
    private int _at = 24;

    public DamagedGguf(byte[] good)
    {
        _file = [.. good];
        for (var entries = Long(16); entries > 0; entries--)
        {
            var key = Text();
            var type = Int();
            _entries.Add((key, type, _at));
            Skip(type);
        }

        for (var tensors = Long(8); tensors > 0; tensors--)
        {
            var name = Text();
            var dimensions = Int();
            _tensors.Add((name, dimensions, _at));
            _at += (dimensions * sizeof(long)) + sizeof(int) + sizeof(long);
        }

        HeadBytes = _at;
    }

    /// <summary>Before the weights.</summary>
    public int HeadBytes { get; }

    public byte[] Bytes => _file;

    /// <summary>Gives a number of the header another value.</summary>
    public DamagedGguf Set(string key, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_file.AsSpan(_entries.Single(entry => entry.Key == key).At), value);
        return this;
    }

    /// <summary>Says that a tensor has another type; with one of as many bytes all else still agrees.</summary>
    public DamagedGguf SetType(string tensor, int type)
    {
        var (_, dimensions, at) = _tensors.Single(known => known.Name == tensor);
        BinaryPrimitives.WriteInt32LittleEndian(_file.AsSpan(at + (dimensions * sizeof(long))), type);
        return this;
    }

    /// <summary>Gives a tensor another length in its second dimension.</summary>
    public DamagedGguf SetRows(string tensor, long rows)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_file.AsSpan(_tensors.Single(known => known.Name == tensor).At + sizeof(long)), rows);
        return this;
    }

    /// <summary>One to four changes of a file.</summary>
    public static byte[] Random(byte[] good, Random random)
    {
        var file = new DamagedGguf(good);
        var length = file._file.Length;
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var (_, dimensions, at) = file._tensors[random.Next(file._tensors.Count)];
            var type = at + (dimensions * sizeof(long));
            switch (random.Next(7))
            {
                case 0:
                    file._file[random.Next(4, file.HeadBytes)] = (byte)random.Next(256);
                    break;
                case 1:
                    BinaryPrimitives.WriteInt64LittleEndian(file._file.AsSpan(at + (random.Next(Math.Max(1, dimensions)) * sizeof(long))), Odd[random.Next(Odd.Length)]);
                    break;
                case 2:
                    BinaryPrimitives.WriteInt32LittleEndian(file._file.AsSpan(type), random.Next(45));
                    break;
                case 3:
                    BinaryPrimitives.WriteInt64LittleEndian(file._file.AsSpan(type + sizeof(int)), random.Next(2) is 0 ? 32L * random.Next(good.Length / 32) : Odd[random.Next(Odd.Length)]);
                    break;
                case 4:
                    var (_, kind, place) = file._entries[random.Next(file._entries.Count)];
                    file.Overwrite(kind, place, Odd[random.Next(Odd.Length)], random);
                    break;
                case 5:
                    var other = file._tensors[random.Next(file._tensors.Count)];
                    var (from, to) = (other.At + (other.Dimensions * sizeof(long)), type);
                    file._file.AsSpan(from, sizeof(int) + sizeof(long)).CopyTo(file._file.AsSpan(to)); // Two tensors in one place, of one type.
                    break;
                default:
                    length = random.Next(24, length + 1);
                    break;
            }
        }

        return file._file[..length];
    }

    private void Overwrite(int type, int at, long value, Random random)
    {
        if (type is TypeString or TypeArray)
        {
            _file[at + random.Next(24)] = (byte)value; // Its type, its length or the first of what is in it.
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        bytes[..Sizes[type]].CopyTo(_file.AsSpan(at));
    }

    private int Int() => BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan((_at += sizeof(int)) - sizeof(int)));

    private long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(_file.AsSpan(at));

    private string Text()
    {
        var length = (int)Long(_at);
        _at += sizeof(long) + length;
        return Encoding.UTF8.GetString(_file, _at - length, length);
    }

    private void Skip(int type)
    {
        if (type is TypeString)
        {
            _ = Text();
        }
        else if (type is TypeArray)
        {
            var element = Int();
            var count = Long(_at);
            _at += sizeof(long);
            for (long i = 0; i < count; i++)
            {
                Skip(element);
            }
        }
        else
        {
            _at += Sizes[type];
        }
    }
}
