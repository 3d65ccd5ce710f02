using Pipeline.Api.OpenAi.Responses;

namespace Pipeline.Api.Tests.OpenAi;

public sealed class TextPiecesTests
{
    private const string Text = "Seoul is  the\ncapital\u001e[\"a\",\"b\"]\u001f{} 아주긴낱말이하나있다그것은열여섯글자보다길다 😀😀😀😀😀😀😀😀😀😀 .";

    [Fact]
    public void Pieces_are_the_same_however_a_text_comes()
    {
        var whole = TextPieces.Ends(Text, 0, isWhole: true).ToList();
        List<int> ends = [];
        for (var length = 0; length <= Text.Length; length++)
        {
            ends.AddRange(TextPieces.Ends(Text[..length], ends.LastOrDefault(), isWhole: length == Text.Length));
        }

        ends.ShouldBe(whole);
        whole[^1].ShouldBe(Text.Length);
    }

    [Fact]
    public void No_piece_is_long_or_ends_within_a_character()
    {
        var ends = TextPieces.Ends(Text, 0, isWhole: true).ToList();

        ends.Zip(ends.Prepend(0), (end, start) => end - start).ShouldAllBe(length => length >= 1 && length <= 16);
        ends.ShouldAllBe(end => end == Text.Length || !char.IsLowSurrogate(Text[end]));
    }

    [Fact]
    public void Nothing_comes_of_nothing() => TextPieces.Ends("", 0, isWhole: true).ShouldBeEmpty();
}
