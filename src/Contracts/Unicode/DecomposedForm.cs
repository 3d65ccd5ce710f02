using System.Text;

namespace Pipeline.Contracts.Unicode;

/// <summary>Unicode's normalization form D, which string.Normalize does not give without ICU either: é as e and an accent, 메 as ㅁ and ㅔ.</summary>
public static class DecomposedForm
{
    private static readonly CanonicalTables Tables = CanonicalTables.Current;

    /// <summary>Lone surrogates stay.</summary>
    public static string Of(string text) => Ascii.IsValid(text) ? text : Write(Runes(text), text.Length);

    /// <summary>Its code points; a lone surrogate is one of them.</summary>
    internal static List<int> Runes(string text)
    {
        List<int> runes = new(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var isPair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
            Tables.Decompose(isPair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at], runes);
            at += isPair ? 1 : 0;
        }

        Order(runes);
        return runes;
    }

    internal static string Write(List<int> runes, int length)
    {
        var text = new StringBuilder(length);
        Span<char> units = stackalloc char[2];
        foreach (var rune in runes)
        {
            // A lone surrogate is no rune.
            text.Append(Rune.TryCreate(rune, out var valid) ? units[..valid.EncodeToUtf16(units)] : [(char)rune]);
        }

        return text.ToString();
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
}
