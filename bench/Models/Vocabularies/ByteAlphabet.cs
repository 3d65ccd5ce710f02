using System.Text;

namespace Pipeline.Bench.Models.Vocabularies;

/// <summary>
/// The printable character that byte-level BPE writes for each byte: printable bytes of Latin-1 are themselves, the others
/// are numbered from U+0100.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] _letters = Create();

    public static IReadOnlyList<char> Letters => _letters;

    /// <summary>A text as the letters of its UTF-8 bytes.</summary>
    public static string Spell(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value => _letters[value]));

    private static char[] Create()
    {
        char[] letters = new char[256];
        int others = 0;
        for (int value = 0; value < letters.Length; value++)
        {
            bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xFF and not 0xAD);
            letters[value] = isPrintable ? (char)value : (char)(256 + others++);
        }

        return letters;
    }
}
