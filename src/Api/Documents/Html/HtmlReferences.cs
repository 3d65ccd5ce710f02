using System.Globalization;
using System.Text;
using AngleSharp.Html;

namespace Pipeline.Api.Documents.Html;

/// <summary>Character references such as <c>&amp;amp;</c>. Of the parser package only the table of names is used: its tree has no bounds.</summary>
internal static class HtmlReferences
{
    private const char Replacement = '\uFFFD';

    /// <summary>The longest name is CounterClockwiseContourIntegral.</summary>
    private const int NameLengthMax = 31;

    /// <summary>The longest name that may stand without a semicolon, such as yacute.</summary>
    private const int BareLengthMax = 6;

    public static ReadOnlySpan<char> Decode(ReadOnlySpan<char> text)
    {
        if (!text.Contains('&'))
        {
            return text;
        }

        var decoded = new StringBuilder(text.Length);
        while (text.IndexOf('&') is >= 0 and var found)
        {
            decoded.Append(text[..found]);
            text = text[found..];
            var (symbol, length) = Read(text);
            decoded.Append(symbol ?? "&");
            text = text[length..];
        }

        return decoded.Append(text).ToString();
    }

    /// <summary>What the reference stands for and how long it is; null and 1 where the ampersand is one.</summary>
    private static (string? Symbol, int Length) Read(ReadOnlySpan<char> text)
    {
        if (text is [_, '#', ..])
        {
            return ReadNumber(text);
        }

        var end = 1;
        while (end < text.Length && end <= NameLengthMax && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        if (end < text.Length && text[end] is ';' && end > 1 && HtmlEntityProvider.Resolver.GetSymbol(text[1..(end + 1)].ToString()) is { } named)
        {
            return (named, end + 1);
        }

        for (var bare = Math.Min(end, BareLengthMax + 1); bare > 2; bare--)
        {
            if (HtmlEntityProvider.Resolver.GetSymbol(text[1..bare].ToString()) is { } known)
            {
                return (known, bare);
            }
        }

        return (null, 1);
    }

    private static (string? Symbol, int Length) ReadNumber(ReadOnlySpan<char> text)
    {
        var isHex = text is [_, _, 'x' or 'X', ..];
        var start = isHex ? 3 : 2;
        var end = start;
        var code = 0;
        while (end < text.Length && (isHex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])))
        {
            // Beyond all characters it stays beyond, without an overflow.
            code = Math.Min((code * (isHex ? 16 : 10)) + int.Parse(text.Slice(end, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), 0x110000);
            end++;
        }

        return end == start ? (null, 1) : (Character(code), end < text.Length && text[end] is ';' ? end + 1 : end);
    }

    private static string Character(int code) =>
        HtmlEntityProvider.IsInCharacterTable(code) ? HtmlEntityProvider.GetSymbolFromTable(code)!
        : code is 0 || !Rune.IsValid(code) ? Replacement.ToString()
        : new Rune(code).ToString();
}
