namespace Pipeline.Contracts.Unicode;

/// <summary>
/// Unicode's normalization form C. The hosts run without ICU (<c>InvariantGlobalization</c>), where string.Normalize returns its
/// argument, and file names from macOS, for example, come decomposed: 메 as ㅁ and ㅔ, which no model and no index takes for 메.
/// </summary>
public static class ComposedForm
{
    private const char FirstSuspect = '\u0300';

    private static readonly CanonicalTables Tables = CanonicalTables.Current;

    /// <summary>The text itself where it is composed. Lone surrogates stay.</summary>
    public static string Of(string text) => IsComposed(text) ? text : Compose(text);

    /// <summary>A quick look: true only of composed texts, and of most of them.</summary>
    public static bool IsComposed(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] < FirstSuspect)
            {
                continue;
            }

            var isPair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
            if (Tables.IsSuspect(isPair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at]))
            {
                return false;
            }

            at += isPair ? 1 : 0;
        }

        return true;
    }

    private static string Compose(string text) => Join(DecomposedForm.Runes(text), text.Length);

    private static string Join(List<int> runes, int length)
    {
        List<int> composed = new(runes.Count);
        var starter = -1;
        var classBefore = 0;
        foreach (var rune in runes)
        {
            var own = Tables.ClassOf(rune);
            // A mark is blocked from its starter by one of its own class, or by anything that is no mark.
            var isNext = starter >= 0 && (starter == composed.Count - 1 || (own > classBefore && classBefore > 0));
            if (isNext && Tables.Compose(composed[starter], rune) is { } both)
            {
                composed[starter] = both;
                continue;
            }

            if (own is 0)
            {
                starter = composed.Count;
            }

            classBefore = own;
            composed.Add(rune);
        }

        return DecomposedForm.Write(composed, length);
    }
}
