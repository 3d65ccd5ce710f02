using System.Globalization;

namespace Pipeline.Api.Body;

/// <summary>
/// Looks into a JSON string's escapes for what valid UTF-8 cannot hold otherwise: in a checked body, NUL characters and
/// lone surrogates can only come as \u escapes.
/// </summary>
internal static class JsonEscapes
{
    /// <param name="escaped">The string as it stands between the quotes; its escapes are well formed.</param>
    public static string? FindFault(ReadOnlySpan<byte> escaped)
    {
        for (var at = escaped.IndexOf((byte)'\\'); at >= 0 && at < escaped.Length; at++)
        {
            if (escaped[at] is not (byte)'\\')
            {
                continue;
            }

            at++; // On the escape's letter; the loop steps over it.
            if (escaped[at] is not (byte)'u')
            {
                continue;
            }

            var unit = Unit(escaped[at..]);
            at += 4;
            if (unit is 0)
            {
                return "a NUL character (\\u0000)";
            }

            if (!char.IsSurrogate((char)unit))
            {
                continue;
            }

            var rest = escaped[(at + 1)..];
            var paired = char.IsHighSurrogate((char)unit)
                && rest.Length >= 6 && rest[0] is (byte)'\\' && rest[1] is (byte)'u' && char.IsLowSurrogate((char)Unit(rest[1..]));
            if (!paired)
            {
                return $"a lone surrogate (\\u{unit:x4})";
            }

            at += 6;
        }

        return null;
    }

    private static ushort Unit(ReadOnlySpan<byte> fromLetter) =>
        ushort.Parse(fromLetter[1..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
