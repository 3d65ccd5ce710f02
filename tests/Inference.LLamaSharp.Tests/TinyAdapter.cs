using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Bench.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>A LoRA adapter of the tiny random model, and the same model with the adapter merged into its weights.</summary>
internal sealed class TinyAdapter
{
    private const int Rank = 4;
    private const float Alpha = 8;
    private const uint FloatType = 6;

    // Of the tiny model: columns, rows.
    private static readonly (string Name, int Inputs, int Outputs)[] Targets = [("blk.0.attn_q.weight", 128, 128), ("blk.1.ffn_down.weight", 384, 128)];

    private readonly (string Name, int Inputs, int Outputs, float[] A, float[] B)[] _tensors;

    public TinyAdapter(int seed)
    {
        Random random = new(seed);
        float[] Draw(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * size))];
        _tensors = [.. Targets.Select(target => (target.Name, target.Inputs, target.Outputs, Draw(Rank * target.Inputs, 0.3), Draw(target.Outputs * Rank, 0.6)))];
    }

    /// <summary>The model, with weights of 32 bits so that merging rounds nothing.</summary>
    public static string WriteModel(string path)
    {
        ModelWriter.Write(new() { Preset = ModelPreset.Tiny, Weights = WeightType.F32, Name = "tiny" }, path, CancellationToken.None);
        return path;
    }

    public string Write(string path, string architecture = "llama", string type = "lora", string general = "adapter", int inputsMore = 0)
    {
        using BinaryWriter writer = new(File.Create(path));
        writer.WriteGgufHeader(tensors: (ulong)(2 * _tensors.Length), entries: 4);
        writer.WriteGgufEntry("general.type", general);
        writer.WriteGgufEntry("general.architecture", architecture);
        writer.WriteGgufEntry("adapter.type", type);
        writer.WriteGgufText("adapter.lora.alpha");
        writer.Write(FloatType);
        writer.Write(Alpha);
        long offset = 0;
        foreach (var (name, inputs, outputs, _, _) in _tensors)
        {
            WriteTensor(name + ".lora_a", inputs + inputsMore, Rank);
            WriteTensor(name + ".lora_b", Rank, outputs);
        }

        writer.BaseStream.SetLength(Aligned(writer.BaseStream.Position));
        writer.BaseStream.Position = writer.BaseStream.Length;
        foreach (var (_, inputs, _, a, b) in _tensors)
        {
            writer.Write(MemoryMarshal.AsBytes<float>([.. a, .. new float[Rank * inputsMore]]));
            writer.Write(MemoryMarshal.AsBytes<float>(b));
        }

        return path;

        void WriteTensor(string name, int columns, int rows)
        {
            writer.WriteGgufText(name);
            writer.Write(2u);
            writer.Write((long)columns);
            writer.Write((long)rows);
            writer.Write(0u); // F32
            writer.Write(offset);
            offset += Aligned((long)columns * rows * sizeof(float));
        }
    }

    /// <summary>W + scale × alpha / rank × B × A, written over the weights of a copy.</summary>
    public string WriteMerged(string model, string path, float scale = 1)
    {
        byte[] file = File.ReadAllBytes(model);
        long data = Aligned(Tensor(file, "blk.1.ffn_down.weight").End); // The table's last.
        foreach (var (name, inputs, outputs, a, b) in _tensors)
        {
            Span<float> weights = MemoryMarshal.Cast<byte, float>(file.AsSpan((int)(data + Tensor(file, name).Offset), inputs * outputs * sizeof(float)));
            for (int output = 0; output < outputs; output++)
            {
                for (int input = 0; input < inputs; input++)
                {
                    weights[(output * inputs) + input] += scale * Alpha / Rank * Enumerable.Range(0, Rank).Sum(k => b[(output * Rank) + k] * a[(k * inputs) + input]);
                }
            }
        }

        File.WriteAllBytes(path, file);
        return path;
    }

    private static (long Offset, int End) Tensor(byte[] file, string name)
    {
        int at = file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) + name.Length;
        int dimensions = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
        int offset = at + sizeof(int) + (dimensions * sizeof(long)) + sizeof(int);
        return (BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(offset)), offset + sizeof(long));
    }

    private static long Aligned(long length) => (length + 31) / 32 * 32;
}
