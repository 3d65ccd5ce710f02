using Pipeline.Contracts.Unicode;

namespace Pipeline.Core.Tests.Unicode;

public sealed class DecomposedFormTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("é", "e\u0301")]
    [InlineData("ǭ", "o\u0328\u0304")]
    [InlineData("메", "\u1106\u1166")]
    [InlineData("한", "\u1112\u1161\u11AB")]
    [InlineData("\u212B", "A\u030A")] // The sign for ångström.
    [InlineData("a\u0304\u0328", "a\u0328\u0304")] // Marks in the order of their classes.
    [InlineData("\uD83D", "\uD83D")] // Half a character.
    [InlineData("😀", "😀")]
    public void Characters_fall_into_their_parts(string text, string parts) => DecomposedForm.Of(text).ShouldBe(parts);

    [Theory]
    [InlineData("Crème brûlée, 메모")]
    [InlineData("ǭ Ω")]
    public void Composing_gives_the_text_back(string text) => ComposedForm.Of(DecomposedForm.Of(text)).ShouldBe(text);
}
