using System.Text;

namespace Pipeline.Contracts.Languages;

/// <summary>
/// Names the language of a text: ko, en, ja, zh, es, fr, de, it, pt, id, vi, ar, ru, th, or und where it is another one or cannot be told.
/// The script tells most of them, for the Latin one <see cref="LatinLanguages"/>.
/// </summary>
public static class LanguageDetector
{
    public const string Undetermined = TextLanguage.Undetermined;

    // Korean and Japanese texts are full of English names, and the reverse is rare.
    private const double ShareMin = 0.25;

    // Of the letters beside Han; a Japanese text has endings and particles in kana.
    private const double KanaShareMin = 0.1;

    // Letters of other languages in the same script: Ukrainian, Belarusian, Serbian, Macedonian, Kazakh; Persian, Urdu, Kurdish, Pashto.
    private const string NotRussian = "іїєґўјљњћђџѓќѕқғңүұһөәі";
    private const string NotArabic = "پچژگکیٹڈڑےںہۆەڕێټډړښې";

    /// <summary>A BCP 47 code.</summary>
    public static string Detect(string text)
    {
        var count = Count(text);
        double letters = count.Values.Sum();
        double Share(Script script) => count.GetValueOrDefault(script) / letters;
        if (letters is 0)
        {
            return Undetermined;
        }

        if (Share(Script.Hangul) >= ShareMin)
        {
            return TextLanguage.Korean;
        }

        var (kana, han) = (Share(Script.Kana), Share(Script.Han));
        if (kana + han >= ShareMin)
        {
            return kana >= (kana + han) * KanaShareMin ? "ja" : count[Script.Han] > 1 ? "zh" : Undetermined;
        }

        return count.MaxBy(script => script.Value) switch
        {
            (Script.Latin, _) => LatinLanguages.Current.Detect(text),
            (Script.Cyrillic, var of) => of > 1 && !HasAny(text, NotRussian) ? "ru" : Undetermined,
            (Script.Arabic, var of) => of > 1 && !HasAny(text, NotArabic) ? "ar" : Undetermined,
            (Script.Thai, _) => "th",
            _ => Undetermined,
        };
    }

    /// <summary>Whether there is anything in the text by which a language could be told.</summary>
    public static bool HasLetters(string text) => text.EnumerateRunes().Any(Rune.IsLetter);

    /// <summary>
    /// Whether there are words in the text that some language may have. Addresses, numbers, code, keys and what a hand types that rests on
    /// the keyboard have none. Letters of another script than the Latin one are taken for words.
    /// </summary>
    public static bool HasWords(string text)
    {
        var count = Count(text);
        return count.Count > 0 && (count.MaxBy(script => script.Value).Key is not Script.Latin || LatinLanguages.Current.HasWords(text));
    }

    private static bool HasAny(string text, string letters) => text.AsSpan().IndexOfAny(letters) >= 0 || text.ToLowerInvariant().AsSpan().IndexOfAny(letters) >= 0;

    private static Dictionary<Script, int> Count(string text)
    {
        Dictionary<Script, int> count = [];
        foreach (var rune in text.EnumerateRunes())
        {
            // Thai vowels above and below are marks.
            if (Rune.IsLetter(rune) || rune.Value is >= 0x0E31 and <= 0x0E4E)
            {
                var script = ScriptOf(rune.Value);
                count[script] = count.GetValueOrDefault(script) + 1;
            }
        }

        return count;
    }

    private static Script ScriptOf(int rune) => rune switch
    {
        < 0x0250 or (>= 0x1E00 and <= 0x1EFF) => Script.Latin,
        >= 0x0400 and <= 0x052F => Script.Cyrillic,
        (>= 0x0600 and <= 0x06FF) or (>= 0x0750 and <= 0x077F) => Script.Arabic,
        >= 0x0E00 and <= 0x0E7F => Script.Thai,
        (>= 0xAC00 and <= 0xD7A3) or (>= 0x1100 and <= 0x11FF) or (>= 0x3130 and <= 0x318F) => Script.Hangul,
        (>= 0x3040 and <= 0x30FF) or (>= 0xFF66 and <= 0xFF9D) => Script.Kana,
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2FFFF) or 0x3005 => Script.Han,
        _ => Script.Other,
    };

    private enum Script
    {
        Latin,
        Cyrillic,
        Arabic,
        Thai,
        Hangul,
        Kana,
        Han,
        Other,
    }
}
