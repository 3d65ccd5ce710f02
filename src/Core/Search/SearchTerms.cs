namespace Pipeline.Core.Search;

/// <summary>
/// What PostgreSQL's parser does not find in Korean, Chinese and Japanese, where words carry their endings or stand without
/// spaces: every pair of neighbouring characters. "하루가" and "하루는" share 하루. English is left to PostgreSQL.
/// </summary>
public static class SearchTerms
{
    // Pairs that nearly every Korean text has, being endings: they would find everything and say nothing.
    private static readonly HashSet<string> Endings =
    [
        "니다", "습니", "입니", "합니", "됩니", "어요", "아요", "해요", "세요", "에요", "예요", "지요", "네요", "까요", "에서", "으로", "에게", "부터",
        "까지", "하는", "하고", "하여", "해서", "했다", "한다", "된다", "이다", "있다", "없다", "있는", "없는", "이고", "이며", "지만", "는데", "었다", "았다", "들이",
        "들은", "들을", "것은", "것이", "것을", "수가", "하지", "하게", "되는", "대한", "위한", "그리", "리고",
    ];

    /// <summary>Distinct, in order of appearance; a lone character is a term itself.</summary>
    /// <param name="text">In Unicode's form C: a syllable is one character.</param>
    public static IReadOnlyList<string> Of(string text)
    {
        HashSet<string> seen = [];
        List<string> terms = [];
        var run = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsPaired(text[i]))
            {
                run++;
                if (run > 1)
                {
                    Add(text.Substring(i - 1, 2));
                }
            }
            else
            {
                if (run == 1)
                {
                    Add(text.Substring(i - 1, 1));
                }

                run = 0;
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

    private static bool IsPaired(char character) => character is
        (>= '가' and <= '힣') or (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\u3041' and <= '\u30FF');
}
