namespace Pipeline.Api.OpenAi.Responses;

/// <summary>
/// Cuts a text that is still being written into pieces, the same ones however it came: a piece ends before a blank, and is never longer than
/// <see cref="LengthMax"/>. So pieces can be numbered, and a number means the same to everybody.
/// </summary>
internal static class TextPieces
{
    private const int LengthMax = 16;

    /// <summary>The ends of the pieces behind a place where one begins; of the last one only once more text has come, or when nothing follows.</summary>
    public static IEnumerable<int> Ends(string text, int start, bool isWhole)
    {
        for (var end = start; start < text.Length; start = end)
        {
            end = EndOf(text, start);
            if (end == text.Length && !isWhole)
            {
                yield break;
            }

            yield return end;
        }
    }

    private static int EndOf(string text, int start)
    {
        var most = Math.Min(start + LengthMax, text.Length);
        for (var end = start + 1; end < most; end++)
        {
            if (char.IsWhiteSpace(text[end]))
            {
                return end;
            }
        }

        return most < text.Length && char.IsLowSurrogate(text[most]) ? most - 1 : most;
    }
}
