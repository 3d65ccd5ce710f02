using System.Numerics;

namespace Pipeline.Inference.Structured;

/// <summary>A set of tokens, a bit each.</summary>
internal sealed class TokenSet(int size)
{
    private readonly ulong[] _words = new ulong[(size + 63) / 64];

    public void Add(int token) => _words[token >> 6] |= 1UL << (token & 63);

    public void AddRange(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            Add(token);
        }
    }

    public void UnionWith(TokenSet other)
    {
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] |= other._words[i];
        }
    }

    public void Clear() => Array.Clear(_words);

    /// <summary>Sets the logits of all other tokens to negative infinity.</summary>
    public void Mask(Span<float> logits)
    {
        for (int i = 0; i < _words.Length; i++)
        {
            Span<float> group = logits[(i * 64)..Math.Min((i + 1) * 64, size)];
            if (_words[i] == 0)
            {
                group.Fill(float.NegativeInfinity);
                continue;
            }

            for (ulong forbidden = ~_words[i]; forbidden != 0; forbidden &= forbidden - 1)
            {
                int bit = BitOperations.TrailingZeroCount(forbidden);
                if (bit >= group.Length)
                {
                    break;
                }

                group[bit] = float.NegativeInfinity;
            }
        }
    }
}
