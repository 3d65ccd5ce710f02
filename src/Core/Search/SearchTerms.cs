using System.Globalization;
using System.Text;

namespace Pipeline.Core.Search;

/// <summary>
/// The words of a text as they are indexed and looked for. PostgreSQL stems English; what it does not find in Korean, Chinese and
/// Japanese, where words carry their endings or stand without spaces, is every pair of neighbouring characters: "하루가" and
/// "하루는" share 하루. The text is cut here, because where a word ends depends on the locale of the database there.
/// </summary>
public static class SearchTerms
{
    // Pairs that nearly every Korean text has, being endings: they would find everything and say nothing.
    private static readonly HashSet<string> Endings =
    [
        "니다", "습니", "입니", "합니", "됩니", "어요", "아요", "해요", "세요", "에요", "예요", "지요", "네요", "까요", "에서", "으로", "에게", "부터",
        "까지", "하는", "하고", "하여", "해서", "했다", "한다", "된다", "이다", "있다", "없다", "있는", "없는", "이고", "이며", "지만", "는데", "었다", "았다", "들이",
        "들은", "들을", "것은", "것이", "것을", "수가", "하지", "하게", "되는", "대한", "위한", "그리", "리고", "수", "것",

        // Of questions: what is asked for has other words.
        "나요", "가요", "인가", "을까", "할까", "있나", "하나", "되나", "주나", "보나", "하죠", "해야", "야하", "려면", "있을", "이가", "이나",
        "어떻", "떻게", "얼마", "마나", "어디", "디서", "디에", "무엇", "엇을", "엇인", "누구", "구에", "어느", "느것",
    ];

    // Behind a noun of one syllable, which is a term itself then: 책을, 물은, 3월에.
    private static readonly HashSet<string> Particles =
    [
        "은", "는", "이", "가", "을", "를", "의", "에", "로", "도", "만", "와", "과", "랑", "나", "야", "께", "에서", "에게", "한테", "으로", "부터", "까지", "처럼", "보다",
        "마다", "조차", "마저", "밖에", "이나", "이랑", "이다", "이고", "이며", "이라", "라고", "에는", "에도", "만큼", "대로", "하고", "입니다", "이에요", "에서는", "에서도",
        "으로는", "으로도", "이라고", "이었다", "이라는", "들이", "들은", "들을", "들의",
    ];

    /// <summary>Distinct, in order of appearance; a lone character is a term itself, and so is a syllable before a particle.</summary>
    /// <param name="text">In Unicode's form C: a syllable is one character.</param>
    public static IReadOnlyList<string> Of(string text)
    {
        HashSet<string> seen = [];
        List<string> terms = [];
        var first = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsPaired(text[i]))
            {
                if (i > first)
                {
                    Add(text.Substring(i - 1, 2));
                }
            }
            else
            {
                if (i == first + 1 || (i > first && IsSyllable(text[first]) && Particles.Contains(text[(first + 1)..i])))
                {
                    Add(text.Substring(first, 1));
                }

                first = i + 1;
            }
        }

        return terms;

        void Add(string term)
        {
            if (!Endings.Contains(term) && seen.Add(term))
            {
                terms.Add(term);
            }
        }
    }

    /// <summary>
    /// The other words, for PostgreSQL: in lower case, without what <see cref="Of"/> finds and so apart from the particle behind them,
    /// with spaces for Unicode's punctuation, symbols and spaces. What cannot be seen is left out: "data\u00ADbase" is one word.
    /// </summary>
    public static string Words(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                words.Append((char)(rune.Value | (rune.Value is >= 'A' and <= 'Z' ? 0x20 : 0)));
            }
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format && rune.Value is not 0xFEFF and not 0x200B)
            {
                continue;
            }
            else if (IsWordPart(rune))
            {
                words.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else
            {
                words.Append(' ');
            }
        }

        return words.ToString();
    }

    /// <summary>Whether there is anything to look for by words: a letter or a digit of any script.</summary>
    public static bool HasAny(string text) => text.EnumerateRunes().Any(Rune.IsLetterOrDigit);

    private static bool IsWordPart(Rune rune) =>
        !(rune.IsBmp && IsPaired((char)rune.Value))
        && (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    private static bool IsSyllable(char character) => character is >= '가' and <= '힣';

    private static bool IsPaired(char character) => IsSyllable(character)
        || character is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\u3041' and <= '\u30FF');
}
