using System.Globalization;
using System.Text;

namespace Pipeline.Inference.Structured.Patterns;

/// <summary>Single characters, and what a backslash makes of them.</summary>
internal static class PatternEscape
{
    public static CharacterSet Literal(string pattern, ref int at)
    {
        bool isRune = Rune.TryGetRuneAt(pattern, at, out Rune rune);
        if (!isRune)
        {
            throw new PatternException("It has half of a surrogate pair.");
        }

        at += rune.Utf16SequenceLength;
        return One(rune.Value);
    }

    public static CharacterSet Read(string pattern, ref int at, bool inClass)
    {
        if (++at >= pattern.Length)
        {
            throw new PatternException("It ends with a backslash.");
        }

        char kind = pattern[at];
        if (kind is 'k' or 'B' or (>= '1' and <= '9') || (kind == 'b' && !inClass))
        {
            throw new PatternException($"It has \\{kind}, which cannot be kept.");
        }

        if (!char.IsAsciiLetterOrDigit(kind))
        {
            return Literal(pattern, ref at);
        }

        at++;
        return kind switch
        {
            'p' => Category(pattern, ref at),
            'P' => Category(pattern, ref at).Inverted(),
            'd' => CharacterSet.Digits,
            'D' => CharacterSet.Digits.Inverted(),
            'w' => CharacterSet.WordCharacters,
            'W' => CharacterSet.WordCharacters.Inverted(),
            's' => CharacterSet.Spaces,
            'S' => CharacterSet.Spaces.Inverted(),
            't' => One('\t'),
            'n' => One('\n'),
            'r' => One('\r'),
            'f' => One('\f'),
            'v' => One('\v'),
            'b' => One('\b'),
            '0' => One(0),
            'x' => One(Hex(pattern, ref at, 2)),
            'u' => One(Hex(pattern, ref at, 4)),
            _ => One(kind),
        };
    }

    private static CharacterSet One(int character) => CharacterSet.Of((character, character));

    private static int Hex(string pattern, ref int at, int digits)
    {
        (int start, int end) = (at, at + digits);
        if (digits == 4 && at < pattern.Length && pattern[at] == '{')
        {
            (start, end) = (at + 1, pattern.IndexOf('}', at));
            at = end + 1;
        }
        else
        {
            at = end;
        }

        return end > start && end <= pattern.Length
            && int.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && value is >= 0 and <= CharacterSet.Last
            ? value
            : throw new PatternException("It has an escape that names no character.");
    }

    /// <summary>The letters, digits and so on of <c>\p{L}</c>.</summary>
    private static CharacterSet Category(string pattern, ref int at)
    {
        int end = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        CharacterSet? found = end < 0 ? null : CharacterSet.OfCategory(pattern[(at + 1)..end]);
        at = end + 1;
        return found ?? throw new PatternException("It has a \\p with something else than a general category such as L or Nd.");
    }
}
