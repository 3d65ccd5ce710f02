using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Clients;

public sealed class CrossSiteTests(LocalApi api, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private const string Body = """{"text":"a"}""";

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "file://")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_page_of_another_site_changes_nothing_without_keys_and_with_them(string header, string value)
    {
        (await api.Client.PostAsync("/api/emotion", Body, (header, value))).ShouldBeProblem(403, "cross-site").Says("Api:AllowedOrigins");
        (await api.Client.SendAsync(HttpMethod.Delete, $"/api/jobs/{Guid.CreateVersion7()}", null, (header, value))).ShouldBeProblem(403, "cross-site");

        var (client, _) = await keyed.NewClientAsync();
        (await client.PostAsync("/api/emotion", Body, (header, value))).ShouldBeProblem(403, "cross-site");
        (await client.PostAsync("/v1/embeddings", "{}", (header, value))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Its_own_pages_and_programs_may()
    {
        var own = api.Host.Address.GetLeftPart(UriPartial.Authority);

        (await api.Client.PostAsync("/api/emotion", Body, ("Origin", own), ("Sec-Fetch-Site", "same-origin"))).Status.ShouldBe(202);
        (await api.Client.PostAsync("/api/emotion", Body, ("Sec-Fetch-Site", "none"))).Status.ShouldBe(202);
        (await api.Client.PostAsync("/api/emotion", Body)).Status.ShouldBe(202);
        (await api.Client.GetAsync("/api/jobs", ("Origin", "https://evil.example"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "authorization,content-type")]
    [InlineData("/v1/chat/completions", "authorization,content-type,x-stainless-lang,x-stainless-retry-count,idempotency-key")]
    [InlineData("/v1/responses", "authorization,content-type,x-stainless-arch")]
    public async Task OpenAIs_client_in_a_page_of_a_named_origin_may_send_its_headers(string path, string headers)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, api.Worker, ("Api:AllowedOrigins:0", "https://app.example"));
        using var client = host.Client();

        var preflight = await client.SendAsync(
            HttpMethod.Options, path, null, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", headers));

        (preflight.Status, preflight.Headers["Access-Control-Allow-Origin"]).ShouldBe((204, "https://app.example"));
        preflight.Headers["Access-Control-Allow-Methods"].ShouldContain("POST");
        preflight.Headers["Access-Control-Allow-Headers"].Split(',', StringSplitOptions.TrimEntries).ShouldBe(headers.Split(','), ignoreOrder: true);
        var answer = await client.PostAsync(
            path, """{"model":"chat","messages":[{"role":"user","content":"say hi"}],"input":null}""", ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site"));
        answer.Headers["Access-Control-Allow-Origin"].ShouldBe("https://app.example");
        (await client.SendAsync(HttpMethod.Options, path, null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")))
            .Headers.ShouldNotContainKey("Access-Control-Allow-Origin");
    }

    [Fact]
    public async Task An_origin_that_the_operator_names_may_call_and_read_and_no_other()
    {
        await using var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, api.Worker, ("Api:AllowedOrigins:0", "https://app.example"));
        using var client = host.Client();

        var preflight = await client.SendAsync(
            HttpMethod.Options, "/api/emotion", null, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
        preflight.Status.ShouldBe(204);
        preflight.Headers["Access-Control-Allow-Origin"].ShouldBe("https://app.example");
        var answer = await client.PostAsync("/api/emotion", Body, ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site"));
        answer.Status.ShouldBe(202);
        answer.Headers["Access-Control-Allow-Origin"].ShouldBe("https://app.example");

        (await client.GetAsync("/api/jobs", ("Origin", "https://evil.example"))).Headers.ShouldNotContainKey("Access-Control-Allow-Origin");
        (await client.PostAsync("/api/emotion", Body, ("Origin", "https://evil.example"))).ShouldBeProblem(403, "cross-site");
    }

    [Theory]
    [InlineData("Api:AllowedOrigins:0", "https://app.example/", "write scheme, host and port alone")]
    [InlineData("Api:AllowedOrigins:0", "*", "write scheme, host and port alone")]
    [InlineData("Api:TrustedProxies:0", "proxy", "write an address or a network")]
    public async Task An_option_that_means_nothing_stops_the_start(string key, string value, string message)
    {
        var refusal = await Should.ThrowAsync<Exception>(() => ApiHost.StartAsync(keyed.Database.ConnectionString, worker: null, (key, value)));
        refusal.ToString().ShouldContain(message);
    }
}
