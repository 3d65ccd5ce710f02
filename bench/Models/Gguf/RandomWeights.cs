using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pipeline.Bench.Models.Gguf;

/// <summary>The elements of one tensor, evenly distributed, chunk after chunk.</summary>
internal sealed class RandomWeights
{
    private const double DeviationOfBytes = 73.6; // Of whole numbers from -127 to 127.
    private const double DeviationOfNibbles = 4.6; // Of whole numbers from -8 to 7.
    private const double DeviationOfQ4K = 258.3; // Of scale × nibble - 7.5 × minimum, both of six random bits.
    private const double DeviationOfQ6K = 1_365.7; // Of a random signed byte × a whole number from -32 to 31.
    private readonly GgufTensor _tensor;
    private readonly SplitMix _random;

    public RandomWeights(GgufTensor tensor, ulong seed)
    {
        _tensor = tensor;
        _random = SplitMix.For(tensor.Name, seed);
    }

    /// <summary>Writes the next elements; the length is a whole number of blocks.</summary>
    public void Fill(Span<byte> bytes)
    {
        if (_tensor.Deviation is not double deviation)
        {
            MemoryMarshal.Cast<byte, float>(bytes).Fill(_tensor.Constant);
            return;
        }

        switch (_tensor.Type)
        {
            case WeightType.F32:
                foreach (ref float element in MemoryMarshal.Cast<byte, float>(bytes))
                {
                    element = Next(deviation);
                }

                break;
            case WeightType.F16:
                foreach (ref Half element in MemoryMarshal.Cast<byte, Half>(bytes))
                {
                    element = (Half)Next(deviation);
                }

                break;
            case WeightType.Q8:
                _random.Fill(bytes);
                bytes.Replace((byte)0x80, (byte)0x81); // Kernels negate bytes, and -128 has no opposite.
                WriteScales(bytes, (Half)(deviation / DeviationOfBytes), at: 0);
                break;
            case WeightType.Q4K:
                _random.Fill(bytes);
                WriteScales(bytes, (Half)(deviation / DeviationOfQ4K), at: 0);
                WriteScales(bytes, (Half)(deviation / DeviationOfQ4K * 7.5), at: 2); // So that the mean is 0.
                break;
            case WeightType.Q6K:
                _random.Fill(bytes);
                WriteScales(bytes, (Half)(deviation / DeviationOfQ6K), at: WeightType.Q6K.BlockBytes() - 2);
                break;
            default:
                _random.Fill(bytes);
                WriteScales(bytes, (Half)(deviation / DeviationOfNibbles), at: 0);
                break;
        }
    }

    /// <param name="at">Its place within each block.</param>
    private void WriteScales(Span<byte> bytes, Half scale, int at)
    {
        for (int block = 0; block < bytes.Length; block += _tensor.Type.BlockBytes())
        {
            BinaryPrimitives.WriteHalfLittleEndian(bytes[(block + at)..], scale);
        }
    }

    private float Next(double deviation) => (float)(_random.NextUnit() * Math.Sqrt(3) * deviation);
}
