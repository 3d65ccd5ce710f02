namespace Pipeline.Console.Parts;

/// <summary>Which lines of a text were taken away, kept and added: the longest common subsequence.</summary>
internal static class TextDiff
{
    // Beyond it, the table would be larger than the page is worth.
    private const int LinesMax = 1_000;

    public static IReadOnlyList<(char Sign, string Line)> Of(string before, string after)
    {
        var (old, now) = (Split(before), Split(after));
        if (old.Length > LinesMax || now.Length > LinesMax)
        {
            return [.. old.Select(line => ('-', line)), .. now.Select(line => ('+', line))];
        }

        var common = Lengths(old, now);
        List<(char, string)> lines = [];
        var (i, j) = (0, 0);
        while (i < old.Length || j < now.Length)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
            {
                lines.Add((' ', old[i++]));
                j++;
            }
            else if (j == now.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(('-', old[i++]));
            }
            else
            {
                lines.Add(('+', now[j++]));
            }
        }

        return lines;
    }

    /// <summary>The same in two columns: lines that went stand beside those that came in their place.</summary>
    public static IEnumerable<(string? Old, string? New, bool IsChanged)> InColumns(string before, string after)
    {
        List<string> went = [];
        List<string> came = [];
        foreach (var (sign, line) in Of(before, after))
        {
            if (sign is not ' ')
            {
                (sign is '-' ? went : came).Add(line);
                continue;
            }

            foreach (var pair in Pairs(went, came))
            {
                yield return pair;
            }

            went.Clear();
            came.Clear();
            yield return (line, line, false);
        }

        foreach (var pair in Pairs(went, came))
        {
            yield return pair;
        }
    }

    private static IEnumerable<(string?, string?, bool)> Pairs(List<string> went, List<string> came) =>
        Enumerable.Range(0, Math.Max(went.Count, came.Count)).Select(i => (went.ElementAtOrDefault(i), came.ElementAtOrDefault(i), true));

    /// <summary>Of the rests that begin at each pair of lines, how many lines they share.</summary>
    private static int[,] Lengths(string[] old, string[] now)
    {
        var lengths = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                lengths[i, j] = old[i] == now[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }

        return lengths;
    }

    private static string[] Split(string text) => text.Length is 0 ? [] : text.Split('\n');
}
