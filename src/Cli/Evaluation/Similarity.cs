namespace Pipeline.Cli.Evaluation;

/// <summary>
/// How alike two texts are: the share of pairs of neighbouring characters that they have in common (Dice's coefficient over
/// bigrams). Needs no model and no word list, and suits Korean, where endings change words.
/// </summary>
internal static class Similarity
{
    /// <summary>0 to 1; case and white space do not matter.</summary>
    public static double Of(string a, string b)
    {
        var (left, right) = (Pairs(a), Pairs(b));
        var total = left.Values.Sum() + right.Values.Sum();
        var common = left.Sum(pair => Math.Min(pair.Value, right.GetValueOrDefault(pair.Key)));
        return total is 0 ? 1 : 2.0 * common / total;
    }

    private static Dictionary<(char, char), int> Pairs(string text)
    {
        var letters = text.Where(letter => !char.IsWhiteSpace(letter)).Select(char.ToLowerInvariant).ToArray();
        return letters.Zip(letters.Skip(1)).CountBy(pair => pair).ToDictionary();
    }
}
