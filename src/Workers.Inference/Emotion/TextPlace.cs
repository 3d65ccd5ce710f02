using Pipeline.Core.Documents;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>Where a piece is in its text.</summary>
/// <param name="Weight">Its characters without those that it repeats.</param>
internal readonly record struct TextPlace(int Start, int End, int Weight)
{
    // Of the longest piece: what it may repeat of the one before.
    private const int OverlapShare = 4;

    /// <summary>
    /// Pieces between sentences where possible, none blank. Each begins with the last sentence of the one before, where that is short
    /// enough: "It was not what you think. I am happy." must not be torn apart.
    /// </summary>
    public static IEnumerable<TextPlace> Cut(string text, int lengthMax)
    {
        var overlapMax = lengthMax / OverlapShare;
        int[] sentences = [.. TextPieces.Sentences(text).Select(sentence => sentence.Start)];
        foreach (var (from, to) in TextPieces.Ranges(text, 0, text.Length, Math.Max(1, lengthMax - overlapMax)))
        {
            if (Trimmed(text, from, to) is not { } own)
            {
                continue;
            }

            var before = LastBefore(sentences, from);
            var start = from > 0 && from - before <= overlapMax ? Trimmed(text, before, own.End)!.Value.Start : own.Start;
            yield return new(start, own.End, own.End - own.Start);
        }
    }

    /// <summary>The same place, seen from the beginning of a text in which this one starts there.</summary>
    public TextPlace From(int start) => new(start + Start, start + End, Weight);

    private static int LastBefore(int[] sentences, int at)
    {
        var index = Array.BinarySearch(sentences, at);
        return sentences[Math.Max(0, (index < 0 ? ~index : index) - 1)];
    }

    private static (int Start, int End)? Trimmed(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return start < end ? (start, end) : null;
    }
}
