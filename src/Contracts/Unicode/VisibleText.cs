using System.Globalization;
using System.Text;

namespace Pipeline.Contracts.Unicode;

/// <summary>What a reader sees of a text.</summary>
public static class VisibleText
{
    // Blanks that Unicode counts as letters, symbols or marks: fillers of Hangul, braille without dots, the grapheme joiner, Khmer inherent vowels.
    private const string OtherBlanks = "\u115F\u1160\u3164\uFFA0\u2800\u034F\u17B4\u17B5\u180E";

    /// <summary>Whether nothing of it can be seen: white space, controls, zero-width characters, byte order marks, soft hyphens.</summary>
    public static bool IsBlank(string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (!IsBlank(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsBlank(Rune rune) =>
        Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        || rune.Value is >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF // Variation selectors.
        || (rune.IsBmp && OtherBlanks.Contains((char)rune.Value, StringComparison.Ordinal));
}
