using System.Globalization;
using System.Text;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Api.Documents;

/// <summary>One form of every character: a decomposed Hangul syllable would not be found by a composed one.</summary>
internal static class ComposedText
{
    /// <summary>
    /// Most combining marks behind a character: a text of nothing else has no words. Unicode's own stream-safe format has 30.
    /// </summary>
    private const int MarksMax = 200;

    /// <returns>The text, or what is wrong with it.</returns>
    public static (string? Text, string? Problem) Of(string text)
    {
        if (Ascii.IsValid(text))
        {
            return (text, null);
        }

        var marks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            marks = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                ? marks + 1
                : 0;
            if (marks > MarksMax)
            {
                return (null, $"has more than {MarksMax} combining marks in a row: send a text that people can read.");
            }
        }

        return (ComposedForm.Of(text), null);
    }
}
