namespace Pipeline.Contracts.Tests;

public sealed class JobCatalogTests
{
    [Fact]
    public void Templates_come_with_the_kinds_in_both_languages() =>
        JobCatalog.Own.Prompts.Select(template => (template.Kind, template.Name, template.Language)).ShouldBe(
            from name in (string[])["chat default", "chat coding", "chat teacher", "chat creative", "feedback default", "interview default", "report question", "report summary"]
            from language in (string[])["ko", "en"]
            select (name.Split(' ')[0], name.Split(' ')[1], language),
            ignoreOrder: true);

    [Fact]
    public void A_kind_added_twice_is_there_once() =>
        new JobCatalog([GiveFeedback.Descriptor, GiveFeedback.Descriptor]).All.ShouldHaveSingleItem();

    [Fact]
    public void Two_kinds_of_one_name_are_refused() =>
        Should.Throw<ArgumentException>(() => new JobCatalog([GiveFeedback.Descriptor, Feedback("/other")])).Message.ShouldContain("named \"feedback\"");

    [Fact]
    public void Paths_of_results_lead_through_fields_and_lists()
    {
        var result = System.Text.Json.JsonElement.Parse("""{"a":{"b":[{"c":1},{"d":2},{"c":3}]}}""");

        ResultPath.Find(result, "a.b[].c").Select(found => found.GetInt32()).ShouldBe([1, 3]);
        ResultPath.Find(result, "a.x").ShouldBeEmpty();
    }

    private static JobKind<GiveFeedback, FeedbackResult> Feedback(string route) => new()
    {
        Title = new("Feedback", "피드백"),
        Summary = "Another",
        Route = route,
        Examples = [],
        ResultSample = GiveFeedback.Descriptor.ResultSample,
    };
}
