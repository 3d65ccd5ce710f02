using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Kinds;

namespace Examples.Translate.Tests;

public sealed class TranslateKindTests : KindConformance
{
    protected override JobKind Kind => Translate.Descriptor;

    [Fact]
    public void The_language_of_the_template_is_that_of_the_targets_name()
    {
        Languages(new() { Text = "Hi", Target = "Korean" }).ShouldBe(["en"]);
        Languages(new() { Text = "Hi", Target = "한국어" }).ShouldBe(["ko"]);
    }

    [Fact]
    public void What_is_stored_keeps_the_text_once()
    {
        Translate job = new() { Text = "A sentence.", Target = "Korean" };

        var stored = JsonSerializer.Serialize((Translate)job.WithPrompts([Translate.Descriptor.Prompts[0]]), Translate.Json);

        stored.Split("A sentence.").Length.ShouldBe(2);
        JsonSerializer.Deserialize(stored, Translate.Json)!.Messages()[^1].Content.ShouldContain("A sentence.");
    }

    [Theory]
    [InlineData("", "Korean", "text")]
    [InlineData("Hi", " ", "target")]
    [InlineData("Hi", "the language that is spoken where the sun rises", "target")]
    public void A_wrong_input_is_named(string text, string target, string field) =>
        new Translate { Text = text, Target = target }.Validate(new()).ShouldHaveSingleItem().Field.ShouldBe(field);

    private static string?[] Languages(Translate job) => [.. ((IPrompted)job).Prompts.Select(choice => choice.Language)];
}
