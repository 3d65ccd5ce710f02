using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Api.Documents.Files;

/// <summary>
/// Which characters the bytes of a text are: as its byte order mark says, as it or its sender says where that fits, and else as the
/// bytes look, among UTF-8, UTF-16, CP949 (which EUC-KR is a part of) and Windows-1252 (which Latin-1 is a part of).
/// </summary>
internal static partial class Charsets
{
    private const int Korean = 949;
    private const int Western = 1252;
    private const int SampleBytes = 65_536;

    /// <summary>A page says within these what it is written in.</summary>
    private const int DeclarationBytes = 1_024;

    /// <summary>The text, or null where these are no characters.</summary>
    /// <param name="declared">What the sender says; null where nothing is said.</param>
    public static string? Decode(ReadOnlySpan<byte> bytes, string? declared, bool isPage)
    {
        var text = Marked(bytes) ?? Decode(bytes, Named(declared)) ?? Decode(bytes, isPage ? Named(OfPage(bytes)) : null) ?? Guessed(bytes);
        return text is null || IsBinary(text) ? null : text.TrimStart('\uFEFF');
    }

    private static string? Marked(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => Decode(bytes[3..], Strict(Encoding.UTF8)),
        [0xFF, 0xFE, ..] => Decode(bytes[2..], Strict(Encoding.Unicode)),
        [0xFE, 0xFF, ..] => Decode(bytes[2..], Strict(Encoding.BigEndianUnicode)),
        _ => null,
    };

    private static string? Guessed(ReadOnlySpan<byte> bytes) =>
        Utf16(bytes) is { } utf16 ? Decode(bytes, Strict(utf16))
        : Decode(bytes, Strict(Encoding.UTF8))
            ?? (LooksKorean(bytes) ? Decode(bytes, Strict(CodePage(Korean))) : null)
            ?? Decode(bytes, CodePage(Western));

    /// <summary>Half of the bytes of Western text are NUL in UTF-16, and Korean text has spaces and line ends like that.</summary>
    private static Encoding? Utf16(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..(Math.Min(bytes.Length, SampleBytes) & ~1)];
        var (even, odd) = (0, 0);
        for (var at = 0; at < sample.Length; at += 2)
        {
            even += sample[at] is 0 ? 1 : 0;
            odd += sample[at + 1] is 0 ? 1 : 0;
        }

        const int Share = 20; // One character in twenty that is ASCII.
        return bytes.Length % 2 is not 0 ? null
            : odd * Share * 2 >= sample.Length && even * 4 <= odd && odd > 0 ? Encoding.Unicode
            : even * Share * 2 >= sample.Length && odd * 4 <= even && even > 0 ? Encoding.BigEndianUnicode
            : null;
    }

    /// <summary>
    /// Whether nearly all bytes above ASCII come in pairs of the syllables that Korean is written with. In Western text most stand
    /// alone, between letters of ASCII.
    /// </summary>
    private static bool LooksKorean(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        var (pairs, others) = (0, 0);
        for (var at = 0; at < sample.Length; at++)
        {
            if (sample[at] < 0x80)
            {
                continue;
            }

            if (at + 1 < sample.Length && sample[at] is >= 0xA1 and <= 0xFD && sample[at + 1] is >= 0xA1 and <= 0xFE)
            {
                pairs++;
                at++;
            }
            else
            {
                others++;
            }
        }

        return pairs > 0 && pairs >= others * 4;
    }

    private static string? OfPage(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, DeclarationBytes)]);
        return Declaration().Match(head) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static Encoding? Named(string? name)
    {
        if (name is null)
        {
            return null;
        }

        try
        {
            // As browsers take it: what says EUC-KR mostly is CP949, and what says Latin-1 Windows-1252.
            return name.Trim().ToLowerInvariant() switch
            {
                "euc-kr" or "cp949" or "ks_c_5601-1987" or "uhc" or "x-windows-949" => Strict(CodePage(Korean)),
                "iso-8859-1" or "latin1" or "us-ascii" or "ascii" => CodePage(Western),
                "utf-7" => null,
                var known => Strict(CodePagesEncodingProvider.Instance.GetEncoding(known) ?? Encoding.GetEncoding(known)),
            };
        }
        catch (ArgumentException)
        {
            return null; // Nobody knows it: its bytes decide.
        }
    }

    private static string? Decode(ReadOnlySpan<byte> bytes, Encoding? encoding)
    {
        try
        {
            return encoding?.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Control characters that no text has, a few aside: terminals leave some in logs.</summary>
    private static bool IsBinary(string text)
    {
        var controls = 0;
        foreach (var c in text)
        {
            if (c is '\0')
            {
                return true;
            }

            controls += char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f' or '\u001B' or '\u0085') ? 1 : 0;
        }

        return controls > 8 && controls * 100L > text.Length;
    }

    private static Encoding Strict(Encoding encoding) =>
        CodePagesEncodingProvider.Instance.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number) ?? throw new InvalidOperationException($"Code page {number} is missing.");

    [GeneratedRegex("""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Declaration();
}
