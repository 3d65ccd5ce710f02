using System.Text;

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

    private static string Compose(string text)
    {
        List<int> runes = new(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var isPair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
            Tables.Decompose(isPair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at], runes);
            at += isPair ? 1 : 0;
        }

        Order(runes);
        return Join(runes, text.Length);
    }

    /// <summary>Puts marks behind a character in the order of their classes, those of one class as they came.</summary>
    private static void Order(List<int> runes)
    {
        for (var at = 0; at < runes.Count; at++)
        {
            var first = at;
            while (at < runes.Count && Tables.ClassOf(runes[at]) > 0)
            {
                at++;
            }

            if (at - first > 1)
            {
                // Stable, and no slower than n log n however many marks somebody sends.
                var marks = runes.GetRange(first, at - first).OrderBy(Tables.ClassOf).ToList();
                for (var mark = 0; mark < marks.Count; mark++)
                {
                    runes[first + mark] = marks[mark];
                }
            }
        }
    }

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

        var text = new StringBuilder(length);
        Span<char> units = stackalloc char[2];
        foreach (var rune in composed)
        {
            // A lone surrogate is no rune.
            text.Append(Rune.TryCreate(rune, out var valid) ? units[..valid.EncodeToUtf16(units)] : [(char)rune]);
        }

        return text.ToString();
    }
}
