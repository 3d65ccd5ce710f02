namespace Pipeline.Workers.Embedding;

/// <summary>Cuts a text into pieces, where possible between paragraphs, else sentences, else words.</summary>
internal static class TextPieces
{
    /// <summary>At least <paramref name="count"/> pieces of about the same length, none of them blank, unless the text is too short for that.</summary>
    public static IReadOnlyList<string> Cut(string text, int count)
    {
        if (count <= 1)
        {
            return [text];
        }

        var lengthMax = Math.Max(1, (text.Length + count - 1) / count);
        List<string> pieces = [];
        for (var start = 0; start < text.Length;)
        {
            var end = FindEnd(text, start, lengthMax);
            if (text[start..end].Trim() is { Length: > 0 } piece)
            {
                pieces.Add(piece);
            }

            start = end;
        }

        return pieces;
    }

    /// <summary>The best cut in the second half of what may be taken; a hard one where there is none, as in a long word.</summary>
    private static int FindEnd(string text, int start, int lengthMax)
    {
        if (text.Length - start <= lengthMax)
        {
            return text.Length;
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
