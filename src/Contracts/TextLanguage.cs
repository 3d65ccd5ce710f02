using System.Text;

namespace Pipeline.Contracts;

/// <summary>
/// Korean or English, by script: exact for these two, and no model or word list is needed. A text counts as Korean when at
/// least a quarter of its letters are Hangul, because Korean texts are full of English names and the reverse is rare.
/// </summary>
public static class TextLanguage
{
    public const string Korean = "ko";
    public const string English = "en";
    public const string Undetermined = "und";

    private const double HangulShareMin = 0.25;
    private const double LatinShareMin = 0.5;

    /// <summary>A BCP 47 code.</summary>
    public static string Detect(string text)
    {
        int letters = 0, hangul = 0, latin = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isHangul = IsHangul(rune.Value);
            if (isHangul || Rune.IsLetter(rune))
            {
                letters++;
                hangul += isHangul ? 1 : 0;
                latin += rune.IsAscii ? 1 : 0;
            }
        }

        return letters == 0 ? Undetermined
            : hangul >= letters * HangulShareMin ? Korean
            : latin >= letters * LatinShareMin ? English
            : Undetermined;
    }

    /// <summary>The language to answer in: that of the first text that tells one, Korean where it is Korean, else English. 👍 tells none.</summary>
    public static string Written(params IEnumerable<string> texts) => texts.Select(Detect).FirstOrDefault(language => language is not Undetermined) is Korean ? Korean : English;

    // Syllables, Jamo, compatibility Jamo (ㅋㅋㅋ, ㅠㅠ) and their extensions.
    private static bool IsHangul(int rune) => rune is
        (>= 0xAC00 and <= 0xD7A3) or (>= 0x1100 and <= 0x11FF) or (>= 0x3130 and <= 0x318F)
        or (>= 0xA960 and <= 0xA97F) or (>= 0xD7B0 and <= 0xD7FF);
}
