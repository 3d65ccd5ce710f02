using System.Text;

namespace Pipeline.Bench.Models.Gguf;

/// <summary>Key-value part of the header, in the order of the calls.</summary>
internal sealed class GgufMetadataWriter
{
    private const uint TypeUInt32 = 4;
    private const uint TypeInt32 = 5;
    private const uint TypeFloat32 = 6;
    private const uint TypeBool = 7;
    private const uint TypeString = 8;
    private const uint TypeArray = 9;
    private readonly List<Action<BinaryWriter>> _entries = [];

    public int Count => _entries.Count;

    public void Add(string key, string value) => Add(key, TypeString, writer => WriteString(writer, value));

    public void Add(string key, uint value) => Add(key, TypeUInt32, writer => writer.Write(value));

    public void Add(string key, float value) => Add(key, TypeFloat32, writer => writer.Write(value));

    public void Add(string key, bool value) => Add(key, TypeBool, writer => writer.Write(value));

    public void Add(string key, IReadOnlyCollection<string> values) => AddArray(key, TypeString, values, WriteString);

    public void Add(string key, IReadOnlyCollection<int> values) => AddArray(key, TypeInt32, values, (writer, value) => writer.Write(value));

    public void Add(string key, IReadOnlyCollection<float> values) => AddArray(key, TypeFloat32, values, (writer, value) => writer.Write(value));

    public void CopyTo(BinaryWriter writer)
    {
        foreach (Action<BinaryWriter> entry in _entries)
        {
            entry(writer);
        }
    }

    public static void WriteString(BinaryWriter writer, string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        writer.Write((ulong)utf8.Length);
        writer.Write(utf8);
    }

    private void AddArray<T>(string key, uint type, IReadOnlyCollection<T> values, Action<BinaryWriter, T> write) => Add(key, TypeArray, writer =>
    {
        writer.Write(type);
        writer.Write((ulong)values.Count);
        foreach (T value in values)
        {
            write(writer, value);
        }
    });

    private void Add(string key, uint type, Action<BinaryWriter> writeValue) => _entries.Add(writer =>
    {
        WriteString(writer, key);
        writer.Write(type);
        writeValue(writer);
    });
}
