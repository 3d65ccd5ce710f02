using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>
/// What BERT does to a text before it looks for words. The library's own drops line breaks instead of taking them for spaces, leaves
/// accents where there is no ICU, and composes again at the end, so that Hangul misses the pieces that uncased vocabularies have of it.
/// </summary>
internal sealed class BertTextNormalizer(bool lowers, bool stripsAccents, bool partsHan, bool cleans) : Normalizer
{
    private static readonly (int First, int Last)[] _han =
    [
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F),
    ];

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());

    public override string Normalize(string original)
    {
        string text = cleans || partsHan ? CleanAndPart(original) : original;
        text = stripsAccents ? StripAccents(text) : text;
        return lowers ? text.ToLowerInvariant() : text;
    }

    private string CleanAndPart(string original)
    {
        StringBuilder text = new(original.Length);
        Span<char> units = stackalloc char[2];
        foreach (Rune rune in original.EnumerateRunes())
        {
            if (cleans && IsDropped(rune))
            {
                continue;
            }

            ReadOnlySpan<char> written = cleans && Rune.IsWhiteSpace(rune) ? " " : units[..rune.EncodeToUtf16(units)];
            if (partsHan && Array.Exists(_han, block => rune.Value >= block.First && rune.Value <= block.Last))
            {
                text.Append(' ').Append(written).Append(' ');
            }
            else
            {
                text.Append(written);
            }
        }

        return text.ToString();
    }

    /// <summary>Half a character is read as U+FFFD and goes with it.</summary>
    private static bool IsDropped(Rune rune) =>
        rune.Value is 0 or 0xFFFD
        || (rune.Value is not (0x09 or 0x0A or 0x0D) // Tab, line feed, carriage return.
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static string StripAccents(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        StringBuilder stripped = new(text.Length);
        foreach (Rune rune in DecomposedForm.Of(text).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not UnicodeCategory.NonSpacingMark)
            {
                stripped.Append(rune.ToString());
            }
        }

        return stripped.ToString();
    }
}
