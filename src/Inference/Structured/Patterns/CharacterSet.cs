using System.Collections.Concurrent;
using System.Text;

namespace Pipeline.Inference.Structured.Patterns;

/// <summary>Code points as ranges: in order, apart from each other, both ends included.</summary>
internal sealed class CharacterSet
{
    public const int Last = 0x10FFFF;

    // In the order of UnicodeCategory.
    private static readonly string[] Categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly ConcurrentDictionary<string, CharacterSet> Known = new();

    private CharacterSet(List<(int First, int Last)> ranges) => Ranges = ranges;

    public static CharacterSet None { get; } = new([]);

    public static CharacterSet All { get; } = new([(0, Last)]);

    public static CharacterSet Digits { get; } = Of(('0', '9'));

    public static CharacterSet WordCharacters { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>As ECMAScript counts them.</summary>
    public static CharacterSet Spaces { get; } =
        Of((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>What a dot stands for.</summary>
    public static CharacterSet NoLineEnds { get; } = Of((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)).Inverted();

    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    public static CharacterSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in ranges.Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new(merged);
    }

    /// <summary>The characters of a general category of Unicode, such as L or Nd; null where there is none of this name.</summary>
    public static CharacterSet? OfCategory(string name) =>
        name.Length is 1 or 2 && Categories.Any(category => category.StartsWith(name, StringComparison.Ordinal)) ? Known.GetOrAdd(name, FindCategory) : null;

    public CharacterSet Inverted()
    {
        List<(int First, int Last)> gaps = [];
        int from = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (first > from)
            {
                gaps.Add((from, first - 1));
            }

            from = last + 1;
        }

        if (from <= Last)
        {
            gaps.Add((from, Last));
        }

        return new(gaps);
    }

    public CharacterSet With(CharacterSet other) => Of(Ranges.Concat(other.Ranges));

    private static CharacterSet FindCategory(string name) => Of(Enumerable.Range(0, Last + 1)
        .Where(character => (character is < 0xD800 or > 0xDFFF) && Categories[(int)Rune.GetUnicodeCategory(new Rune(character))].StartsWith(name, StringComparison.Ordinal))
        .Select(character => (character, character)));

    public bool Has(int character) => Ranges.Any(range => character >= range.First && character <= range.Last);
}
