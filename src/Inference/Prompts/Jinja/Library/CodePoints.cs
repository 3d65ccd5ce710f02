using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>Python counts and cuts by code points, .NET by halves of those beyond the first plane.</summary>
internal static class CodePoints
{
    public static int Length(Text text) => text.Value.Length - Pairs(text.Value);

    public static IReadOnlyList<object?> Split(Text text) => [.. Starts(text.Value).Select(object? (start) => text.Slice(start, Size(text.Value, start)))];

    /// <param name="pick">From the length to the places of the wanted code points.</param>
    /// <param name="isForward">They follow each other.</param>
    public static Text Pick(Text text, Func<int, IEnumerable<int>> pick, bool isForward)
    {
        int[] starts = [.. Starts(text.Value)];
        int[] picked = [.. pick(starts.Length)];
        if (picked.Length == 0)
        {
            return Text.Empty;
        }

        if (isForward)
        {
            int last = starts[picked[^1]];
            return text.Slice(starts[picked[0]], last + Size(text.Value, last) - starts[picked[0]]);
        }

        TextBuilder built = new(text.Value.Length);
        foreach (int index in picked)
        {
            built.Append(text.Slice(starts[index], Size(text.Value, starts[index])));
        }

        return built.ToText();
    }

    private static IEnumerable<int> Starts(string text)
    {
        for (int at = 0; at < text.Length; at += Size(text, at))
        {
            yield return at;
        }
    }

    private static int Size(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static int Pairs(string text)
    {
        int pairs = 0;
        for (int at = 0; (at = text.AsSpan(at).IndexOfAnyInRange('\uD800', '\uDBFF') is var found && found < 0 ? -1 : at + found) >= 0; at++)
        {
            pairs += Size(text, at) - 1;
        }

        return pairs;
    }
}
