using System.Text;

namespace Pipeline.Bench.Models.Gguf;

/// <summary>
/// A GGUF file before it is written: metadata, and tensors whose weights are made on the way to the disk.
/// Format: github.com/ggml-org/ggml/blob/master/docs/gguf.md
/// </summary>
internal sealed class GgufContent
{
    private const int Alignment = 32;
    private const int ChunkBytesMax = 1 << 20;
    private readonly List<GgufTensor> _tensors = [];

    public GgufMetadataWriter Metadata { get; } = new();

    /// <exception cref="ArgumentException">The type has blocks that do not fit into a row.</exception>
    public void AddMatrix(string name, int columns, int rows, WeightType type, double? deviation = null)
    {
        if (columns % type.BlockElements() != 0)
        {
            throw new ArgumentException($"{name} has rows of {columns} weights, and {type} has blocks of {type.BlockElements()}. Take another type or a wider model.");
        }

        _tensors.Add(new(name, [columns, rows], type, deviation ?? 1 / Math.Sqrt(columns)));
    }

    public void AddVector(string name, int length, double deviation) => _tensors.Add(new(name, [length], WeightType.F32, deviation));

    public void AddConstant(string name, int length, float value) => _tensors.Add(new(name, [length], WeightType.F32, Deviation: null, value));

    public void Write(Stream stream, ulong seed, CancellationToken cancellationToken)
    {
        WriteHeader(stream);
        Pad(stream);
        byte[] chunk = new byte[ChunkBytesMax];
        foreach (GgufTensor tensor in _tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Seeded by its name: adding a tensor leaves the others as they were.
            RandomWeights weights = new(tensor, seed);
            int bytes = ChunkBytesMax / tensor.Type.BlockBytes() * tensor.Type.BlockBytes();
            for (long left = tensor.Bytes; left > 0; left -= bytes)
            {
                Span<byte> next = chunk.AsSpan(0, (int)Math.Min(bytes, left));
                weights.Fill(next);
                stream.Write(next);
            }

            Pad(stream);
        }
    }

    private void WriteHeader(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)Metadata.Count);
        Metadata.CopyTo(writer);
        long offset = 0;
        foreach (GgufTensor tensor in _tensors)
        {
            GgufMetadataWriter.WriteString(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Length);
            foreach (int size in tensor.Shape)
            {
                writer.Write((ulong)size);
            }

            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset += (tensor.Bytes + Alignment - 1) / Alignment * Alignment;
        }
    }

    private static void Pad(Stream stream)
    {
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        int over = (int)(stream.Position % Alignment);
        stream.Write(zeros[..(over == 0 ? 0 : Alignment - over)]);
    }
}
