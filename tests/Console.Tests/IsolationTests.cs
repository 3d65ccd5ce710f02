using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests;

public sealed class IsolationTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    [Fact]
    public async Task A_client_sees_its_own_jobs_and_no_others()
    {
        var theirs = await api.RunAsync("a secret of Olga", Role.Operator);
        using var visitor = await api.EnterAsync(Role.Client);

        (await visitor.GetAsync($"/jobs/{theirs}")).Status.ShouldBe(404);
        (await visitor.GetAsync($"/jobs/{theirs}?client=*")).Status.ShouldBe(404);
        (await visitor.GetAsync($"/raw/jobs/{theirs}")).Status.ShouldBe(404);
        (await visitor.GetAsync($"/raw/jobs/{theirs}?client=*")).Status.ShouldBe(403);
        (await visitor.GetAsync($"/raw/jobs/{theirs}/input?client=*")).Status.ShouldBe(403);
        (await visitor.GetAsync($"/try/emotion?from={theirs}")).Html.ShouldNotContain("secret of Olga");
        (await visitor.GetAsync("/jobs?client=*")).Html.ShouldNotContain(theirs);
    }

    [Fact]
    public async Task An_operator_sees_the_jobs_of_others_without_their_texts()
    {
        var theirs = await api.RunAsync("reject a secret of Carl");
        using var visitor = await api.EnterAsync(Role.Operator);

        var page = (await visitor.GetAsync($"/jobs/{theirs}")).Ok();
        page.Text.ShouldContain("carl");
        page.Text.ShouldContain("rejected");
        page.Html.ShouldNotContain("secret of Carl");
        page.Html.ShouldNotContain("The script says so");
        (await visitor.GetAsync("/jobs?client=*")).Ok().Html.ShouldNotContain("The script says so");
        (await visitor.GetAsync("/jobs?client=*")).Html.ShouldContain(theirs);
        (await visitor.GetAsync($"/raw/jobs/{theirs}/input?client=*")).Status.ShouldBe(403);
        (await visitor.GetAsync("/")).Ok().Html.ShouldNotContain("The script says so");
    }

    [Theory]
    [InlineData("/workers", Role.Operator)]
    [InlineData("/audit", Role.Operator)]
    [InlineData("/keys", Role.Admin)]
    public async Task A_screen_above_a_role_says_so_and_shows_nothing(string path, Role lowest)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            using var visitor = await api.EnterAsync(role);
            var refusal = (await visitor.GetAsync(path)).Text.Contains("has the role", StringComparison.Ordinal);
            refusal.ShouldBe(role < lowest, role.Word());
        }
    }
}
