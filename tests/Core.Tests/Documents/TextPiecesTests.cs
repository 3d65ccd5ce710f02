using Pipeline.Core.Documents;

namespace Pipeline.Core.Tests.Documents;

public sealed class TextPiecesTests
{
    [Theory]
    [InlineData("One is here. Two is there. Three went. Four", 2, "One is here.|Two is there.|Three went. Four")]
    [InlineData("first line here\nsecond line. More", 2, "first line here|second line. More")]
    [InlineData("첫 문장입니다. 둘째 문장입니다. 끝", 2, "첫 문장입니다.|둘째 문장입니다.|끝")]
    [InlineData("one two three four", 2, "one two|three|four")]
    [InlineData("abcdefgh", 4, "ab|cd|ef|gh")]
    public void Cut_prefers_lines_then_sentences_then_words(string text, int count, string expected) =>
        TextPieces.Cut(text, count).ShouldBe(expected.Split('|'));

    [Fact]
    public void One_piece_is_the_text_itself() => TextPieces.Cut(" a b ", 1).ShouldBe([" a b "]);

    [Fact]
    public void No_character_is_cut_in_two_and_none_is_lost()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        string[] alphabet = ["a", "가", "😀", " ", "\n", ". ", "👩"];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(2, 80)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var pieces = TextPieces.Cut(text, random.Next(2, 30));

            pieces.ShouldAllBe(piece => !char.IsLowSurrogate(piece.First()) && !char.IsHighSurrogate(piece.Last()), $"seed {Seed}");
            Letters(string.Concat(pieces)).ShouldBe(Letters(text), $"seed {Seed}");
        }

        static string Letters(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
    }
}
