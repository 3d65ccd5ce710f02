using System.Net;

namespace Pipeline.Api.Tests.Hosting;

public sealed class AnswerHeadersTests(LocalApi api)
{
    [Theory]
    [InlineData("/api/jobs")]
    [InlineData("/api/queues")]
    [InlineData("/api/nothing")]
    [InlineData("/api/jobs?kind=%00")]
    [InlineData("/v1/models")]
    [InlineData("/health")]
    [InlineData("/nowhere")]
    public async Task Every_answer_is_taken_for_what_it_says_it_is_and_kept_by_nobody(string path)
    {
        var answer = await api.Client.GetAsync(path);

        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Headers["Content-Security-Policy"].ShouldBe("default-src 'none'; frame-ancestors 'none'");
    }

    [Fact]
    public async Task The_page_to_try_the_API_has_no_script_that_its_policy_forbids()
    {
        using HttpClient http = new() { BaseAddress = api.Host.Address };
        using var page = await http.GetAsync(new Uri("/docs/index.html", UriKind.Relative), TestContext.Current.CancellationToken);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var policy = page.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        html.Split("<script").Skip(1).ShouldAllBe(script => script.Split('>', 2)[0].Contains("src=\"./") || script.Split('>', 2)[0].Contains("src=\"index"), html);
        html.ShouldNotContain(" onclick=");
    }
}
