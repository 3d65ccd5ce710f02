using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Bench.Models;

/// <summary>
/// SplitMix64: the same numbers on every version of .NET, which System.Random does not promise, and fast enough for
/// gigabytes. Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
/// </summary>
internal sealed class SplitMix(ulong state)
{
    private ulong _state = state;

    /// <summary>A stream of its own for each name.</summary>
    public static SplitMix For(string name, ulong seed)
    {
        SplitMix random = new(seed);
        foreach (byte letter in Encoding.UTF8.GetBytes(name))
        {
            random._state ^= letter;
            random._state = random.Next();
        }

        return random;
    }

    public ulong Next()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>From 0 to <paramref name="bound"/> - 1; the bias is below anything that matters here.</summary>
    public int Next(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>From -1 to 1.</summary>
    public double NextUnit() => ((long)Next() >> 11) / (double)(1L << 52);

    public void Fill(Span<byte> bytes)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ref ulong word in words)
        {
            word = Next();
        }

        Span<byte> rest = bytes[(words.Length * sizeof(ulong))..];
        ulong last = rest.Length > 0 ? Next() : 0;
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] = (byte)(last >> (8 * i));
        }
    }
}
