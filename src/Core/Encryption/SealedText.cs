using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pipeline.Core.Encryption;

/// <summary>
/// How an encrypted value stands among plain ones: <c>pse1:KEY:BASE64</c>, and <c>:WORD</c> where SQL has to know something of it; in a column
/// of JSON as a string. A plain value that begins like that is written behind <c>pse0:</c>, so that nothing a client sends is taken for another.
/// </summary>
internal static class SealedText
{
    public const string Encrypted = "pse1:";
    public const string Literal = "pse0:";

    public static bool IsEncrypted(string stored, bool isJson) => Begins(stored, Encrypted, isJson);

    public static bool IsLiteral(string stored, bool isJson) => Begins(stored, Literal, isJson);

    /// <summary>Whether a plain value would be taken for something else.</summary>
    public static bool IsAmbiguous(string plain, bool isJson) => IsEncrypted(plain, isJson) || IsLiteral(plain, isJson);

    public static string ToLiteral(string plain, bool isJson) => isJson ? $"\"{Literal}{plain.AsSpan(1)}" : Literal + plain;

    public static string FromLiteral(string stored, bool isJson) => isJson ? $"\"{stored.AsSpan(1 + Literal.Length)}" : stored[Literal.Length..];

    public static string Write(int key, ReadOnlySpan<byte> value, string word, bool isJson)
    {
        var end = word.Length is 0 ? "" : $":{word}";
        return isJson ? $"\"{Encrypted}{key}:{Convert.ToBase64String(value)}{end}\"" : $"{Encrypted}{key}:{Convert.ToBase64String(value)}{end}";
    }

    /// <param name="stored">One that <see cref="IsEncrypted"/> says yes to.</param>
    public static bool TryRead(string stored, bool isJson, out int key, [NotNullWhen(true)] out byte[]? value, out string word)
    {
        (key, value, word) = (0, null, "");
        var rest = isJson ? stored.AsSpan(1 + Encrypted.Length).TrimEnd('"') : stored.AsSpan(Encrypted.Length);
        var colon = rest.IndexOf(':');
        if (colon < 0 || !int.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out key))
        {
            return false;
        }

        rest = rest[(colon + 1)..];
        var end = rest.IndexOf(':');
        if (end >= 0)
        {
            word = rest[(end + 1)..].ToString();
            rest = rest[..end];
        }

        var bytes = new byte[rest.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(rest, bytes, out var written))
        {
            return false;
        }

        value = written == bytes.Length ? bytes : bytes[..written];
        return true;
    }

    private static bool Begins(string text, string prefix, bool isJson) =>
        isJson ? text.Length > 0 && text[0] is '"' && text.AsSpan(1).StartsWith(prefix) : text.StartsWith(prefix, StringComparison.Ordinal);
}
