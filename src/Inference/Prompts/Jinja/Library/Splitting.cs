using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

internal static class Splitting
{
    /// <param name="separator">Null splits at white space, of which none is left.</param>
    /// <param name="splitsMax">Null or negative for any number.</param>
    public static JinjaList Split(Text text, Text? separator, long? splitsMax, bool fromEnd)
    {
        List<(int Start, int End)> gaps = separator is null ? Spaces(text.Value)
            : separator.Value.Length > 0 ? [.. TextMethods.Places(text.Value, separator.Value).Select(at => (at, at + separator.Value.Length))]
            : throw new JinjaException("a text cannot be split at an empty one");
        int count = (int)Math.Min(gaps.Count, splitsMax is >= 0 and long most ? most : gaps.Count);
        gaps = fromEnd ? gaps[(gaps.Count - count)..] : gaps[..count];

        List<object?> parts = [];
        int start = 0;
        foreach ((int gapStart, int gapEnd) in gaps)
        {
            parts.Add(text.Slice(start, gapStart - start));
            start = gapEnd;
        }

        parts.Add(text.Slice(start));
        return new(separator is null ? [.. parts.Cast<Text>().Select(part => part.Trim("")).Where(part => part.Value.Length > 0)] : parts);
    }

    public static JinjaList Lines(Text text, bool keepsEnds)
    {
        List<object?> lines = [];
        for (int start = 0; start < text.Value.Length;)
        {
            int end = text.Value.AsSpan(start).IndexOfAny('\n', '\r') is var at and >= 0 ? start + at : text.Value.Length;
            int next = end + (text.Value.AsSpan(end).StartsWith("\r\n") ? 2 : end < text.Value.Length ? 1 : 0);
            lines.Add(text.Slice(start, (keepsEnds ? next : end) - start));
            start = next;
        }

        return new(lines);
    }

    /// <summary>White space between words, not that around the text.</summary>
    private static List<(int Start, int End)> Spaces(string text)
    {
        List<(int Start, int End)> gaps = [];
        int end = text.AsSpan().TrimEnd().Length;
        for (int at = text.Length - text.AsSpan().TrimStart().Length; at < end; at++)
        {
            int start = at;
            while (char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at > start)
            {
                gaps.Add((start, at));
            }
        }

        return gaps;
    }
}
