using System.Globalization;
using System.Text;

namespace Pipeline.Inference.Prompts.Jinja.Syntax;

/// <summary>Cuts what stands inside a tag into tokens.</summary>
/// <param name="end">What ends the tag, outside of brackets.</param>
internal sealed class ExpressionLexer(string source, int start, string end)
{
    private static readonly string[] _operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ","];

    private int _brackets;

    public int At { get; private set; } = start;

    public int TokenStart { get; private set; } = start;

    /// <summary>False at the end of the tag, where <see cref="At"/> then is.</summary>
    public bool TryRead(out TokenKind kind, out string text)
    {
        while (At < source.Length && char.IsWhiteSpace(source[At]))
        {
            At++;
        }

        (TokenStart, kind, text) = (At, TokenKind.Operator, "");
        ReadOnlySpan<char> rest = source.AsSpan(At);
        if (rest.IsEmpty)
        {
            throw Error($"a tag does not end with {end}");
        }

        if (_brackets == 0 && (rest.StartsWith(end) || (rest[0] is '-' or '+' && rest[1..].StartsWith(end))))
        {
            At += rest.StartsWith(end) ? 0 : 1;
            return false;
        }

        if (char.IsAsciiDigit(rest[0]))
        {
            (kind, text) = ReadNumber(rest);
        }
        else if (rest[0] == '_' || char.IsLetter(rest[0]))
        {
            int length = 1;
            for (; length < rest.Length && (rest[length] == '_' || char.IsLetterOrDigit(rest[length])); length++)
            {
            }

            (kind, text) = (TokenKind.Name, rest[..length].ToString());
            At += length;
        }
        else if (rest[0] is '"' or '\'')
        {
            (kind, text) = (TokenKind.String, ReadString(rest[0]));
        }
        else
        {
            text = ReadOperator(rest);
        }

        return true;
    }

    private string ReadOperator(ReadOnlySpan<char> rest)
    {
        foreach (string sign in _operators)
        {
            if (rest.StartsWith(sign))
            {
                _brackets += sign is "(" or "[" or "{" ? 1 : sign is ")" or "]" or "}" ? -1 : 0;
                At += sign.Length;
                return _brackets >= 0 ? sign : throw Error($"'{sign}' closes nothing");
            }
        }

        throw Error($"'{rest[0]}' means nothing here");
    }

    private (TokenKind Kind, string Text) ReadNumber(ReadOnlySpan<char> rest)
    {
        int length = Digits(rest, 0);
        TokenKind kind = TokenKind.Integer;
        if (length + 1 < rest.Length && rest[length] == '.' && char.IsAsciiDigit(rest[length + 1]))
        {
            (length, kind) = (Digits(rest, length + 1), TokenKind.Float);
        }

        if (length < rest.Length && rest[length] is 'e' or 'E')
        {
            int digits = length + (length + 1 < rest.Length && rest[length + 1] is '+' or '-' ? 2 : 1);
            if (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
            {
                (length, kind) = (Digits(rest, digits), TokenKind.Float);
            }
        }

        At += length;
        return (kind, rest[..length].ToString().Replace("_", "", StringComparison.Ordinal));
    }

    private static int Digits(ReadOnlySpan<char> text, int from)
    {
        while (from < text.Length && (char.IsAsciiDigit(text[from]) || text[from] == '_'))
        {
            from++;
        }

        return from;
    }

    private string ReadString(char quote)
    {
        StringBuilder text = new();
        for (At++; At < source.Length && source[At] != quote; At++)
        {
            if (source[At] != '\\' || At + 1 == source.Length)
            {
                text.Append(source[At]);
                continue;
            }

            At++;
            _ = source[At] switch
            {
                'n' => text.Append('\n'),
                't' => text.Append('\t'),
                'r' => text.Append('\r'),
                'b' => text.Append('\b'),
                'f' => text.Append('\f'),
                'v' => text.Append('\v'),
                '0' => text.Append('\0'),
                '\n' => text,
                '\\' or '\'' or '"' => text.Append(source[At]),
                'x' => AppendCode(text, 2),
                'u' => AppendCode(text, 4),
                'U' => AppendCode(text, 8),
                var other => text.Append('\\').Append(other),
            };
        }

        if (At >= source.Length)
        {
            throw Error("a string does not end");
        }

        At++;
        return text.ToString();
    }

    private StringBuilder AppendCode(StringBuilder text, int digits)
    {
        if (At + digits >= source.Length || !uint.TryParse(source.AsSpan(At + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code) || code > 0x10FFFF)
        {
            throw Error("a string has a character code that is none");
        }

        At += digits;
        return code > char.MaxValue ? text.Append(char.ConvertFromUtf32((int)code)) : text.Append((char)code);
    }

    private JinjaException Error(string problem) => new(problem, source.AsSpan(0, Math.Min(At, source.Length)).Count('\n') + 1);
}
