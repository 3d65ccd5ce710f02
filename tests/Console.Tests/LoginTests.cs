using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests;

public sealed class LoginTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    [Fact]
    public async Task Whoever_is_not_logged_in_is_led_to_the_login_and_back()
    {
        using Visitor visitor = new(api.Host.Address);

        (await visitor.GetAsync("/jobs?state=failed")).Location.ShouldBe("/login?_back=%2Fjobs%3Fstate%3Dfailed");
        (await visitor.GetAsync("/raw/jobs")).Location.ShouldBe("/login?_back=%2Fraw%2Fjobs");
        (await visitor.LogInAsync(api.Key(Role.Client), "/jobs?state=failed")).Location.ShouldBe("/jobs?state=failed");
        (await visitor.GetAsync("/jobs?state=failed")).Ok().Text.ShouldContain("carl");
    }

    [Fact]
    public async Task A_session_is_a_cookie_that_neither_scripts_nor_other_sites_can_use()
    {
        using Visitor visitor = new(api.Host.Address);
        var answer = await visitor.LogInAsync(api.Key(Role.Client));

        var cookie = answer.Headers["Set-Cookie"].Split('\n').Single(line => line.StartsWith("pipeline-session=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        cookie.ShouldNotContain(api.Key(Role.Client));
    }

    [Fact]
    public async Task An_unknown_key_does_not_log_in()
    {
        using Visitor visitor = new(api.Host.Address);

        (await visitor.LogInAsync("pk_nothing")).Status.ShouldBe(401);
        (await visitor.GetAsync("/")).Location.ShouldBe("/login?_back=%2F");
    }

    [Fact]
    public async Task A_session_ends_with_its_key()
    {
        var key = await api.Host.AddKeyAsync("guest", Role.Client);
        using Visitor visitor = new(api.Host.Address);
        await visitor.LogInAsync(key);
        (await visitor.GetAsync("/")).Ok();

        using var admin = api.Host.Client(api.Key(Role.Admin));
        (await admin.DeleteAsync("/api/keys/guest")).Status.ShouldBe(204);

        (await visitor.GetAsync("/")).Location.ShouldBe("/login?_back=%2F");
    }

    [Fact]
    public async Task Whoever_logs_out_is_out_even_with_the_old_cookie()
    {
        using var visitor = await api.EnterAsync(Role.Client);
        var session = visitor.Cookies.GetCookies(api.Host.Address)["pipeline-session"]!.Value;

        (await visitor.SendAsync("/", "/logout")).Location.ShouldBe("/login");

        using Visitor thief = new(api.Host.Address, ("Cookie", $"pipeline-session={session}"));
        (await thief.GetAsync("/")).Status.ShouldBe(302);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("\\\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.example")]
    public async Task Nobody_is_led_to_another_site(string back)
    {
        using Visitor visitor = new(api.Host.Address);

        (await visitor.LogInAsync(api.Key(Role.Client), back)).Location.ShouldBe("/");
        (await visitor.SendAsync("/", "/language", ("language", "ko"), ("_back", back))).Location.ShouldBe("/");
    }

    [Fact]
    public async Task The_key_of_the_API_is_not_taken_from_the_cookie()
    {
        using var visitor = await api.EnterAsync(Role.Client);

        (await visitor.GetAsync("/api/jobs")).Status.ShouldBe(401);
    }
}
