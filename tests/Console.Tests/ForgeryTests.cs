using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests;

public sealed class ForgeryTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    [Theory]
    [InlineData("/do")]
    [InlineData("/logout")]
    [InlineData("/language")]
    [InlineData("/jobs/preview")]
    public async Task A_form_without_the_token_of_this_session_does_nothing(string path)
    {
        using var visitor = await api.EnterAsync(Role.Admin);
        using var other = await api.EnterAsync(Role.Client);
        var foreign = (await other.GetAsync("/jobs")).Token;

        (await visitor.PostAsync(path, ("_call", "DELETE /api/keys/carl"), ("_back", "/"))).Status.ShouldBe(400);
        (await visitor.PostAsync(path, ("_call", "DELETE /api/keys/carl"), ("_token", foreign))).Status.ShouldBe(400);

        (await other.GetAsync("/jobs")).Ok();
        (await visitor.GetAsync("/jobs")).Ok();
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused_even_with_the_token()
    {
        using var visitor = await api.EnterAsync(Role.Admin, ("Origin", "https://evil.example"));

        // The login itself was refused.
        (await visitor.GetAsync("/")).Status.ShouldBe(302);
        (await visitor.PostAsync("/do", ("_call", "DELETE /api/keys/carl"))).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("GET /api/keys")]
    [InlineData("POST /do")]
    [InlineData("DELETE /health")]
    [InlineData("POST https://evil.example/api/x")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_form_calls_nothing_but_the_API(string call)
    {
        using var visitor = await api.EnterAsync(Role.Admin);

        (await visitor.CallAsync("/jobs", call)).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData(Role.Client, "PUT /api/pauses/queue/emotion", 403)]
    [InlineData(Role.Client, "POST /api/keys", 403)]
    [InlineData(Role.Operator, "POST /api/keys", 403)]
    [InlineData(Role.Operator, "PUT /api/pauses/queue/chat", 302)]
    [InlineData(Role.Admin, "PUT /api/pauses/queue/feedback", 302)]
    public async Task A_form_may_what_its_key_may(Role role, string call, int status)
    {
        using var visitor = await api.EnterAsync(role);

        (await visitor.CallAsync("/jobs", call)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task What_a_page_steers_is_in_the_audit()
    {
        using var visitor = await api.EnterAsync(Role.Operator);

        await visitor.CallAsync("/workers", "PUT /api/pauses/queue/report", ("reason", "new model"));

        var audit = (await visitor.GetAsync("/audit?action=putPause")).Ok().Text;
        audit.ShouldContain("olga");
        audit.ShouldContain("new model");
    }
}
