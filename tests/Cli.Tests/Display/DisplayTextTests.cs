using Pipeline.Cli.Display;

namespace Pipeline.Cli.Tests.Display;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("abc", 3)]
    [InlineData("행복", 4)]
    [InlineData("a행b복", 6)]
    public void Korean_syllables_take_two_cells(string text, int cells) => DisplayText.Width(text).ShouldBe(cells);

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("too long", 6, "too l…")]
    [InlineData("too long", 5, "too…")]
    [InlineData("행복해요", 8, "행복해요")]
    [InlineData("행복해요", 7, "행복해…")]
    [InlineData("행복해요", 6, "행복…")]
    [InlineData("오늘 정말 행복해요", 10, "오늘 정말…")]
    public void Texts_are_cut_by_cells_and_marked(string text, int cells, string expected)
    {
        var shortened = DisplayText.Shorten(text, cells);

        shortened.ShouldBe(expected);
        DisplayText.Width(shortened).ShouldBeLessThanOrEqualTo(cells);
    }

    [Theory]
    [InlineData("two\r\n\tlines ", "two lines")]
    [InlineData("\u001b[31mred\u0007", "[31mred")]
    [InlineData("\u202eevil", "evil")]
    public void Nothing_steers_the_terminal(string text, string expected) => DisplayText.OneLine(text).ShouldBe(expected);

    [Fact]
    public void Emoji_are_never_cut_in_half() => DisplayText.Shorten("😊😊😊😊", 5).ShouldBe("😊😊…");
}
