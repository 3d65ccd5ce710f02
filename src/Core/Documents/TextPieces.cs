namespace Pipeline.Core.Documents;

/// <summary>Cuts a text into pieces, where possible between paragraphs, else sentences, else words.</summary>
public static class TextPieces
{
    /// <summary>At least <paramref name="count"/> pieces of about the same length, none of them blank, unless the text is too short for that.</summary>
    public static IReadOnlyList<string> Cut(string text, int count) => count <= 1
        ? [text]
        : [.. Ranges(text, 0, text.Length, Math.Max(1, (text.Length + count - 1) / count))
            .Select(piece => text[piece.Start..piece.End].Trim())
            .Where(piece => piece.Length > 0)];

    /// <summary>Pieces of a part of the text, none of them longer than this by more than the half of a character.</summary>
    public static IEnumerable<(int Start, int End)> Ranges(string text, int start, int end, int lengthMax)
    {
        while (start < end)
        {
            var next = FindEnd(text, start, end, lengthMax);
            yield return (start, next);
            start = next;
        }
    }

    /// <summary>Every sentence and every line, with the white space behind it.</summary>
    public static IEnumerable<(int Start, int End)> Sentences(string text)
    {
        var start = 0;
        for (var at = 1; at < text.Length; at++)
        {
            if (Rate(text[at - 1], text[at]) >= Cutting.Sentence)
            {
                yield return (start, at);
                start = at;
            }
        }

        yield return (start, text.Length);
    }

    /// <summary>The best cut in the second half of what may be taken; a hard one where there is none, as in a long word.</summary>
    private static int FindEnd(string text, int start, int textEnd, int lengthMax)
    {
        if (textEnd - start <= lengthMax)
        {
            return textEnd;
        }

        var (end, best) = (start + lengthMax, Cutting.Inside);
        for (var at = start + lengthMax; at > start + (lengthMax / 2); at--)
        {
            if (Rate(text[at - 1], text[at]) is var cutting && cutting > best)
            {
                (end, best) = (at, cutting);
            }
        }

        // Never through a character of two code units.
        return best is Cutting.Inside && char.IsLowSurrogate(text[end]) && char.IsHighSurrogate(text[end - 1])
            ? end - 1 > start ? end - 1 : end + 1
            : end;
    }

    private static Cutting Rate(char before, char after) => before switch
    {
        '\n' => Cutting.Line,
        '.' or '!' or '?' or '…' when char.IsWhiteSpace(after) => Cutting.Sentence,
        '。' or '！' or '？' => Cutting.Sentence,
        _ => char.IsWhiteSpace(before) ? Cutting.Word : Cutting.Inside,
    };

    private enum Cutting
    {
        Inside,
        Word,
        Sentence,
        Line,
    }
}
