using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Inference.Hardware;

/// <summary>Measures how fast threads together read main memory: what bounds the tokens a second of an answer.</summary>
public static class MemoryBandwidth
{
    // Far beyond any cache; less where memory is scarce.
    private const long BytesPerThreadMax = 256L << 20;
    private const long BytesPerThreadMin = 16L << 20;
    private const int MemoryShare = 4;
    private const int PieceBytes = 1 << 20;

    /// <summary>Bytes a second that <paramref name="threads"/> threads read together, each from a block of its own.</summary>
    /// <param name="threads">1 or more.</param>
    /// <param name="duration">Of the reading; writing the blocks first takes some tenths of a second more.</param>
    /// <param name="memoryAvailableBytes">Of which a quarter is used at most.</param>
    public static double Measure(int threads, TimeSpan duration, long memoryAvailableBytes)
    {
        int words = (int)(Math.Clamp(memoryAvailableBytes / MemoryShare / threads, BytesPerThreadMin, BytesPerThreadMax) / PieceBytes * PieceBytes / sizeof(ulong));
        using Barrier start = new(threads);
        double[] rates = new double[threads];
        Thread[] readers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => rates[index] = ReadFor(start, words, duration)) { IsBackground = true })];
        Array.ForEach(readers, reader => reader.Start());
        Array.ForEach(readers, reader => reader.Join());
        return rates.Sum();
    }

    private static double ReadFor(Barrier start, int words, TimeSpan duration)
    {
        // Written by the thread that reads it, so that its pages lie in the memory beside its core.
        ulong[] block = GC.AllocateUninitializedArray<ulong>(words);
        Array.Fill(block, 1UL);
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(block);
        int piece = PieceBytes / Vector<byte>.Count;
        start.SignalAndWait();
        long began = Stopwatch.GetTimestamp();
        (double read, ulong sum, int offset) = (0, 0, 0);
        TimeSpan elapsed;
        do
        {
            sum += Sum(vectors.Slice(offset, piece));
            offset = (offset + piece) % vectors.Length;
            read += PieceBytes;
            elapsed = Stopwatch.GetElapsedTime(began);
        }
        while (elapsed < duration);

        return sum is 0 ? 0 : read / elapsed.TotalSeconds; // Asks for the sum, so that the reading is not optimised away.
    }

    private static ulong Sum(ReadOnlySpan<Vector<ulong>> piece)
    {
        // Four sums: with one, each load would wait for the addition before.
        var (a, b, c, d) = (Vector<ulong>.Zero, Vector<ulong>.Zero, Vector<ulong>.Zero, Vector<ulong>.Zero);
        for (int i = 0; i + 3 < piece.Length; i += 4)
        {
            a += piece[i];
            b += piece[i + 1];
            c += piece[i + 2];
            d += piece[i + 3];
        }

        return Vector.Sum(a + b + c + d);
    }
}
