namespace Pipeline.Contracts.Tests;

public sealed class TextLanguageTests
{
    [Theory]
    [InlineData("오늘 정말 행복해요", "ko")]
    [InlineData("ㅋㅋㅋㅋ", "ko")]
    [InlineData("ㅠㅠ", "ko")]
    [InlineData("Kubernetes 배포가 또 실패했어", "ko")]
    [InlineData("This is fine.", "en")]
    [InlineData("I love 김치 and bulgogi so much", "en")]
    [InlineData("Ça va très bien, merci", "en")]
    [InlineData("これは日本語です", "und")]
    [InlineData("12345 !!!", "und")]
    [InlineData("🎉🎉", "und")]
    [InlineData("", "und")]
    public void The_script_tells_Korean_from_English(string text, string language) =>
        TextLanguage.Detect(text).ShouldBe(language);

    [Theory]
    [InlineData("👍", "색상은 무엇이 있나요?", "ko")]
    [InlineData("Blue", "색상은 무엇이 있나요?", "en")]
    [InlineData("파랑", "Which colours?", "ko")]
    [InlineData("", "Which colours?", "en")]
    [InlineData("12", "👍", "en")]
    public void The_first_text_that_tells_a_language_tells_which_to_answer_in(string first, string second, string language) =>
        TextLanguage.Written(first, second).ShouldBe(language);
}
