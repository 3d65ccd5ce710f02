namespace Pipeline.Contracts.Tests;

public sealed class PromptRendererTests
{
    private static readonly PromptTemplate Template = new()
    {
        Name = "mine",
        Kind = "feedback",
        Language = "en",
        Version = 2,
        System = "Judge by {{criteria}}.",
        User = "Q: {{question}}\nA: {{ answer }}",
        Examples = [new("Q: 1+1? A: 2", "10 of {{score}}")],
    };

    [Fact]
    public void Values_stand_where_their_placeholders_were_and_examples_before_them() =>
        Render(Template, "why?", "because", "style").ShouldBe(
        [
            new("system", "Judge by style."),
            new("user", "Q: 1+1? A: 2"),
            new("assistant", "10 of {{score}}"),
            new("user", "Q: why?\nA: because"),
        ]);

    [Fact]
    public void A_value_that_looks_like_a_placeholder_stays_what_it_is() =>
        Render(Template, "{{answer}}", "{{criteria}} {{question}}", "x")[^1].Content.ShouldBe("Q: {{answer}}\nA: {{criteria}} {{question}}");

    [Fact]
    public void A_placeholder_that_does_not_exist_is_named() =>
        Should.Throw<PromptException>(() => Render(Template with { User = "{{questoin}} {{answer}}" }, "a", "b", "c"))
            .Message.ShouldBe("\"mine\" (kind feedback, language en, version 2) has the placeholder {{questoin}}, which does not exist. Known: question, answer, criteria.");

    [Fact]
    public void A_required_value_that_is_not_used_is_named() =>
        Should.Throw<PromptException>(() => Render(Template with { User = "{{question}}" }, "a", "b", "c")).Problem.ShouldContain("does not use {{answer}}");

    [Fact]
    public void An_optional_value_may_be_left_out() =>
        Render(Template with { System = "Judge." }, "a", "b", "c")[0].Content.ShouldBe("Judge.");

    private static IReadOnlyList<PromptMessage> Render(PromptTemplate template, string question, string answer, string criteria) => PromptRenderer.Render(
        template,
        new Dictionary<string, string> { ["question"] = question, ["answer"] = answer },
        new Dictionary<string, string> { ["criteria"] = criteria });
}
