namespace Pipeline.Contracts.Unicode;

/// <summary>Syllables are initial, vowel and perhaps final, in the order of their numbers (Unicode, 3.12).</summary>
internal static class Hangul
{
    public const int VowelFirst = 0x1161;
    public const int VowelLast = 0x1175;
    public const int FinalFirst = 0x11A8;
    public const int FinalLast = 0x11C2;
    private const int InitialFirst = 0x1100;
    private const int InitialLast = 0x1112;
    private const int SyllableFirst = 0xAC00;
    private const int SyllableLast = 0xD7A3;
    private const int Vowels = 21;
    private const int Finals = 28;

    public static bool IsSyllable(int rune) => rune is >= SyllableFirst and <= SyllableLast;

    public static void Decompose(int syllable, List<int> into)
    {
        var index = syllable - SyllableFirst;
        into.Add(InitialFirst + (index / (Vowels * Finals)));
        into.Add(VowelFirst + (index / Finals % Vowels));
        if (index % Finals is > 0 and var final)
        {
            into.Add(FinalFirst - 1 + final);
        }
    }

    public static int? Compose(int first, int second) => first switch
    {
        >= InitialFirst and <= InitialLast when second is >= VowelFirst and <= VowelLast =>
            SyllableFirst + ((((first - InitialFirst) * Vowels) + second - VowelFirst) * Finals),
        >= SyllableFirst and <= SyllableLast when (first - SyllableFirst) % Finals is 0 && second is >= FinalFirst and <= FinalLast =>
            first + second - FinalFirst + 1,
        _ => null,
    };
}
