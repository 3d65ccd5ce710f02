using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
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

    // Of pages that are not the API's. A new one with a parameter needs a line, and a visit below.
    private static readonly string[] WithParameters = ["/batches/{id:guid}", "/jobs/{id:guid}", "/prompts/{id:guid}", "/try/{kind}"];

    [Fact]
    public async Task No_screen_shows_what_another_client_has()
    {
        var word = $"secret{Guid.CreateVersion7():N}";
        using var olga = api.Host.Client(api.Key(Role.Operator));
        var job = await api.RunAsync(word, Role.Operator);
        var batch = (await olga.PostLinesAsync("/api/jobs/batch?kind=emotion", [$$"""{"text":"{{word}}"}"""])).Id;
        var prompt = (await olga.PostAsync("/api/prompts", $$"""{"kind":"chat","name":"{{word}}","language":"en","system":"{{word}}"}""")).Id;
        var document = (await olga.PostAsync("/api/documents", $$"""{"title":"{{word}}","text":"{{word}}"}""")).Id;
        using var visitor = await api.EnterAsync(Role.Client);

        foreach (var (screen, id) in new[] { ("jobs", job), ("batches", batch), ("prompts", prompt) })
        {
            var (theirs, nobodys) = (await visitor.GetAsync($"/{screen}/{id}"), await visitor.GetAsync($"/{screen}/{Guid.CreateVersion7()}"));
            (theirs.Status, screen).ShouldBe((nobodys.Status, screen));
            theirs.Status.ShouldBe(404);
            theirs.Html.ShouldNotContain(word);
        }

        foreach (var raw in new[] { $"jobs/{job}", $"jobs/{job}/input", $"jobs/{job}/attempts", $"batches/{batch}", $"batches/{batch}/results", $"prompts/{prompt}", $"documents/{document}", $"documents/{document}/text" })
        {
            (await visitor.GetAsync($"/raw/{raw}")).Status.ShouldBe(404, raw);
        }

        foreach (var screen in Screens().Where(path => !path.Contains('{', StringComparison.Ordinal)))
        {
            var page = await visitor.GetAsync($"{screen}?q={word}");
            page.Html.Replace($"q={word}", "", StringComparison.Ordinal).ShouldNotContain(job, Case.Sensitive, screen);
            page.Html.ShouldNotContain(batch, Case.Sensitive, screen);
            page.Html.ShouldNotContain(prompt, Case.Sensitive, screen);
            page.Html.ShouldNotContain(document, Case.Sensitive, screen);
        }

        Screens().Where(path => path.Contains('{', StringComparison.Ordinal)).ShouldBe(WithParameters, ignoreOrder: true);
    }

    /// <summary>Addresses that a browser opens, without those of the API and of files.</summary>
    private string[] Screens() =>
    [
        .. api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") is true)
            .Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(path => path.StartsWith('/') && path is not "/go" && !path.Contains('*', StringComparison.Ordinal)
                && !new[] { "/api", "/v1", "/health", "/openapi", "/docs", "/mcp", "/conversation" }.Any(other => path.StartsWith(other, StringComparison.Ordinal)))
            .Distinct(),
    ];

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

    [Fact]
    public async Task An_operator_sees_the_batches_and_webhooks_of_others_and_does_nothing_to_them()
    {
        using var carl = api.Host.Client(api.Key(Role.Client));
        var batch = (await carl.PostAsync("/api/jobs/batch?kind=emotion", """[{"text":"a secret batch of Carl"}]""")).Id;
        await api.ExecuteAsync("""
            insert into webhook_deliveries (client_id, url, type, payload, state, attempts, attempted_at, response)
            select id, 'https://hooks.example.com/hidden', 'batch.finished', '{}', 'failed', 1, now(), 'a secret answer' from clients where name = 'carl'
            """);
        using var visitor = await api.EnterAsync(Role.Operator);

        (await visitor.GetAsync("/batches")).Ok().Html.ShouldNotContain(batch);
        var batches = (await visitor.GetAsync("/batches?client=*")).Ok();
        batches.Html.ShouldContain($"/batches/{batch}\"");
        batches.Text.ShouldContain("carl");
        var page = (await visitor.GetAsync($"/batches/{batch}")).Ok();
        page.Text.ShouldContain("carl");
        page.Html.ShouldContain($"/jobs?batch={batch}&amp;state=succeeded&amp;client=carl");
        page.Html.ShouldNotContain("secret batch");
        page.Html.ShouldNotContain($"/raw/batches/{batch}/results");
        page.Html.ShouldNotContain($"DELETE /api/batches/{batch}");

        (await visitor.GetAsync("/webhooks")).Ok().Html.ShouldNotContain("hooks.example.com");
        var webhooks = (await visitor.GetAsync("/webhooks?client=carl")).Ok();
        webhooks.Text.ShouldContain("https://hooks.example.com");
        webhooks.Html.ShouldNotContain("example.com/hidden");
        webhooks.Html.ShouldNotContain("secret answer");
        webhooks.Html.ShouldNotContain("/replay");

        using var client = await api.EnterAsync(Role.Client);
        (await client.GetAsync($"/batches/{batch}")).Ok().Html.ShouldContain($"/raw/batches/{batch}/results");
        (await client.GetAsync("/webhooks")).Ok().Html.ShouldContain("/replay");
        (await client.GetAsync("/batches")).Ok().Html.ShouldNotContain("client=*");
        (await client.GetAsync("/webhooks?client=*")).Html.ShouldNotContain("hooks.example.com");
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
