namespace Pipeline.Api.ActivityReports.Words;

/// <summary>Particles that depend on the sound that a word ends with: 감정 분석은, 대화는; 기쁨이, 분노가.</summary>
internal static class KoreanParticle
{
    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;

    // A syllable is (initial × 21 + vowel) × 28 + final; final 0 is none, 8 is ㄹ.
    private const int Finals = 28;
    private const int Rieul = 8;

    // 영 일 이 삼 사 오 육 칠 팔 구; 십, 백, 천 and 만 have a final consonant as 영 has.
    private static readonly int[] DigitFinals = [21, Rieul, 0, 16, 0, 0, 1, Rieul, Rieul, 0];

    public static string Topic(string word) => Attach(word, "은", "는", "은(는)");

    public static string Subject(string word) => Attach(word, "이", "가", "이(가)");

    /// <summary>으로, 로: a final ㄹ counts as none.</summary>
    public static string Means(string word) => word + (Final(word) switch { null => "(으)로", 0 or Rieul => "로", _ => "으로" });

    private static string Attach(string word, string afterConsonant, string afterVowel, string unknown) =>
        word + (Final(word) switch { null => unknown, 0 => afterVowel, _ => afterConsonant });

    /// <summary>The final consonant of the last syllable as it is read; null where nobody can tell how the word is read.</summary>
    private static int? Final(string word) => word.Length is 0 ? null : word[^1] switch
    {
        var last and >= (char)FirstSyllable and <= (char)LastSyllable => (last - FirstSyllable) % Finals,
        var digit when char.IsAsciiDigit(digit) => DigitFinals[digit - '0'],
        '%' => 0, // 퍼센트, 퍼센트포인트
        _ => null,
    };
}
