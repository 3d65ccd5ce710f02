using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>Writes a message of protocol buffers: the few shapes of a field that are needed.</summary>
internal sealed class ProtoWriter
{
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Number(int field, int value)
    {
        Varint(field << 3);
        Varint(value);
    }

    public void Float(int field, float value)
    {
        Varint((field << 3) | Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _buffer.Write(bytes);
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((field << 3) | LengthDelimited);
        Varint(value.Length);
        _buffer.Write(value);
    }

    private void Varint(int value)
    {
        uint rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            Byte((byte)(rest | 0x80));
        }

        Byte((byte)rest);
    }

    private void Byte(byte value) => _buffer.Write([value]);
}
