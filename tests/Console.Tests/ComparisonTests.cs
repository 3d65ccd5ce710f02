using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Console.Tests;

public sealed class ComparisonTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    private static readonly (string, string) Kind = ("_json", """{"kind":"emotion"}""");

    [Fact]
    public async Task A_text_is_asked_of_several_models_and_their_answers_stand_side_by_side()
    {
        using var visitor = await KnowingAsync();

        var sent = await visitor.SendAsync("/try/emotion", "/compare", Kind, ("input.text", "I got it!"), ("_models", "small"), ("_models", "large"));
        sent.Status.ShouldBe(302, sent.Text);
        var jobs = sent.Location!.Split("jobs=")[1].Split(',');
        jobs.Length.ShouldBe(2);

        await Eventually.TrueAsync(async () => (await visitor.GetAsync(sent.Location)).Html.Split("state succeeded").Length is 3);
        var page = (await visitor.GetAsync(sent.Location)).Ok();
        page.Html.ShouldContain("<h2>small</h2>");
        page.Html.ShouldContain("<h2>large</h2>");
        page.Html.ShouldContain(jobs[1]);
        page.Text.ShouldContain("I got it!");
    }

    [Fact]
    public async Task One_model_is_no_comparison_and_what_the_API_refuses_is_shown()
    {
        using var visitor = await KnowingAsync();

        var alone = await visitor.SendAsync("/try/emotion", "/compare", Kind, ("input.text", "Alone"), ("_models", "small"));
        (alone.Status, alone.Text.Contains("choose 2 to 6", StringComparison.Ordinal)).ShouldBe((400, true));

        var unknown = await visitor.SendAsync("/try/emotion", "/compare", Kind, ("input.text", "Unknown"), ("_models", "none"), ("_models", "small"));
        (unknown.Status, unknown.Text.Contains("none", StringComparison.Ordinal)).ShouldBe((404, true));

        (await visitor.PostAsync("/compare", Kind, ("input.text", "Forged"), ("_models", "small"), ("_models", "large"))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Jobs_of_others_are_not_compared()
    {
        var theirs = await api.RunAsync("a secret of Olga", Role.Operator);
        using var visitor = await api.EnterAsync(Role.Client);

        var page = await visitor.GetAsync($"/compare?jobs={theirs},no-id");

        page.Status.ShouldBe(404);
        page.Html.ShouldNotContain("secret of Olga");
        (await visitor.GetAsync("/compare")).Ok().Text.ShouldContain("Nothing to compare yet.");
    }

    [Fact]
    public async Task Operators_see_what_each_model_of_a_worker_does()
    {
        using var visitor = await KnowingAsync(Role.Operator);

        var page = (await visitor.GetAsync("/workers")).Ok();

        page.Text.ShouldContain("3 / 16");
        page.Text.ShouldContain("1,234.5");
        page.Text.ShouldContain("42 %");
        page.Text.ShouldContain("7 %");
    }

    /// <summary>Of an API that has heard of the models.</summary>
    private async Task<Visitor> KnowingAsync(Role role = Role.Client)
    {
        var visitor = await api.EnterAsync(role);
        await Eventually.TrueAsync(async () => (await visitor.GetAsync("/try/emotion")).Html.Contains("value=\"large\"", StringComparison.Ordinal));
        return visitor;
    }
}
