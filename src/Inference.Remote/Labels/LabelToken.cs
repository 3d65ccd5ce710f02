namespace Pipeline.Inference.Remote.Labels;

/// <summary>Compares a token with a label byte by byte: a token may end within a Hangul syllable.</summary>
internal static class LabelToken
{
    // Spaces, quotes, and the marks that vocabularies write for a leading space: U+2581 and U+0120.
    private static readonly byte[][] _leading = [" "u8.ToArray(), "\n"u8.ToArray(), "\t"u8.ToArray(), "\""u8.ToArray(), "'"u8.ToArray(), "▁"u8.ToArray(), "Ġ"u8.ToArray()];

    /// <summary>The token without what may stand before a word.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> token)
    {
        bool trimmed;
        do
        {
            trimmed = false;
            foreach (byte[] mark in _leading)
            {
                if (token.StartsWith(mark))
                {
                    token = token[mark.Length..];
                    trimmed = true;
                }
            }
        }
        while (trimmed);

        return token;
    }

    /// <summary>Whether an answer that starts with the trimmed token can be the label: the token is its beginning, or the label and a sign that ends it.</summary>
    public static bool Begins(ReadOnlySpan<byte> label, ReadOnlySpan<byte> token)
    {
        int common = Math.Min(label.Length, token.Length);
        return common > 0 && EqualIgnoringCase(label[..common], token[..common])
            && (token.Length <= label.Length || !IsWord(token[label.Length]));
    }

    private static bool EqualIgnoringCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (Lower(left[i]) != Lower(right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;

    // Every byte of a letter beyond ASCII is above 0x7F.
    private static bool IsWord(byte value) => value > 0x7F || char.IsAsciiLetterOrDigit((char)value);
}
