using Pipeline.Contracts.Languages;
using Pipeline.TestSupport.Services;

namespace Pipeline.Contracts.Tests.Languages;

public sealed class LanguageDetectorTests
{
    private const double AccuracyMin = 0.95;

    private static readonly (string Language, string Text)[] Sentences =
        [.. File.ReadLines(RepositoryFiles.Path("tests", "Contracts.Tests", "Languages", "sentences.tsv")).Select(line => line.Split('\t') is var parts ? (parts[0], parts[1]) : default)];

    public static TheoryData<string> Languages => [.. Sentences.Select(sentence => sentence.Language).Distinct()];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Nineteen_of_twenty_sentences_get_their_language(string language)
    {
        var sentences = Sentences.Where(sentence => sentence.Language == language).ToArray();
        var wrong = sentences.Select(sentence => (sentence.Text, Told: LanguageDetector.Detect(sentence.Text))).Where(sentence => sentence.Told != language).ToArray();

        sentences.Length.ShouldBeGreaterThanOrEqualTo(19);
        (1 - ((double)wrong.Length / sentences.Length)).ShouldBeGreaterThanOrEqualTo(AccuracyMin, string.Join("; ", wrong.Select(one => $"{one.Told}: {one.Text}")));
    }

    [Theory]
    [InlineData("Great!", "en")]
    [InlineData("Thanks", "en")]
    [InlineData("I'm so happy", "en")]
    [InlineData("omg no way", "en")]
    [InlineData("This is fine.", "en")]
    [InlineData("I love 김치 and bulgogi so much", "en")]
    [InlineData("ugh, whatever", "en")]
    [InlineData("wow", "en")]
    [InlineData("yes", "en")]
    [InlineData("best day ever!!!", "en")]
    [InlineData("lol", "en")]
    [InlineData("hola", "es")]
    [InlineData("ciao bella", "it")]
    [InlineData("Guten Tag", "de")]
    [InlineData("ㅠㅠ", "ko")]
    [InlineData("ㅋㅋㅋㅋ", "ko")]
    [InlineData("Kubernetes 배포가 또 실패했어", "ko")]
    [InlineData("OK", "und")]
    [InlineData("hm", "und")]
    [InlineData("東", "und")]
    [InlineData("東京", "zh")] // As it would be in Chinese.
    [InlineData("👍", "und")]
    [InlineData("5432", "und")]
    [InlineData("", "und")]
    public void Short_texts_are_told_where_they_tell_anything(string text, string language) => LanguageDetector.Detect(text).ShouldBe(language);

    [Fact]
    public void A_long_text_costs_no_more_than_its_beginning() =>
        LanguageDetector.Detect(string.Concat(Enumerable.Repeat("Estoy muy triste, mi perro murió ayer. ", 25_000))).ShouldBe("es");
}
