using System.Globalization;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>The plain part of Python's formats: %s, %d, %f, %x, %r with a precision, and {} with a place or name.</summary>
internal static class Formatting
{
    public static Text Format(Render render, Text format, IReadOnlyList<object?> values)
    {
        TextBuilder formatted = render.NewText();
        string pattern = format.Value;
        int start = 0, used = 0;
        for (int at; (at = pattern.IndexOf('%', start)) >= 0;)
        {
            formatted.Append(format.Slice(start, at - start));
            int end = at + 1;
            while (end < pattern.Length && (char.IsAsciiDigit(pattern[end]) || pattern[end] == '.'))
            {
                end++;
            }

            char kind = end < pattern.Length ? pattern[end] : ' ';
            if (kind == '%')
            {
                formatted.Append("%");
            }
            else
            {
                object? value = used < values.Count ? values[used++] : throw new JinjaException("a format has fewer values than places");
                formatted.Append(One(render, kind, pattern[(at + 1)..end], value));
            }

            start = end + 1;
        }

        return formatted.Append(format.Slice(start)).ToText();
    }

    public static object? FormatBraces(Render render, Text format, Arguments arguments)
    {
        TextBuilder formatted = render.NewText();
        string pattern = format.Value;
        int used = 0;
        for (int at = 0; at < pattern.Length;)
        {
            int brace = pattern.AsSpan(at).IndexOfAny('{', '}') is var found and >= 0 ? at + found : pattern.Length;
            formatted.Append(format.Slice(at, brace - at));
            at = brace + 1;
            if (brace == pattern.Length)
            {
                break;
            }

            if (at < pattern.Length && pattern[at] == pattern[brace])
            {
                formatted.Append(format.Slice(at++, 1));
                continue;
            }

            int end = pattern[brace] == '{' ? pattern.IndexOf('}', at) : -1;
            string name = end >= 0 ? pattern[at..end] : throw new JinjaException("a format has a single brace");
            bool isPlace = int.TryParse(name.Length == 0 ? $"{used++}" : name, NumberStyles.None, CultureInfo.InvariantCulture, out int place);
            formatted.Append(Writing.Str(render, isPlace && place < arguments.Positional.Count ? arguments.Positional[place]
                : arguments.Named.TryGetValue(name, out object? value) ? value
                : throw new JinjaException($"a format has no value for {{{name}}}")));
            at = end + 1;
        }

        return formatted.ToText();
    }

    private static Text One(Render render, char kind, string size, object? value)
    {
        int precision = size.Split('.') is [_, var digits] && int.TryParse(digits, out int given) ? Math.Min(given, 30) : 6;
        return kind switch
        {
            's' => Writing.Str(render, value),
            'r' => Writing.Repr(render, value),
            'd' or 'i' => ((long)Numbers.ToDouble(value)).ToString(CultureInfo.InvariantCulture),
            'f' => Numbers.ToDouble(value).ToString($"F{precision}", CultureInfo.InvariantCulture),
            'x' => ((long)Numbers.ToDouble(value)).ToString("x", CultureInfo.InvariantCulture),
            _ => throw new JinjaException($"the format %{size}{kind} is not supported"),
        };
    }
}
