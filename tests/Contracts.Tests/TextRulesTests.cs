namespace Pipeline.Contracts.Tests;

public sealed class TextRulesTests
{
    private static readonly InputLimits Limits = new() { TextLengthMax = 5 };

    [Theory]
    [InlineData(null, "is required")]
    [InlineData("", "is empty")]
    [InlineData(" \t\n　", "is empty")]
    [InlineData("여섯글자라서", "has 6 characters; at most 5")]
    public void A_bad_text_names_its_field_and_what_is_wrong(string? text, string problem)
    {
        var found = TextRules.Required("texts[3]", text, Limits).ShouldHaveSingleItem();

        found.Field.ShouldBe("texts[3]");
        found.Message.ShouldStartWith(problem);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("다섯글자!")]
    public void A_good_text_has_no_problems(string text) => TextRules.Required("text", text, Limits).ShouldBeEmpty();
}
