using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Clients;

public sealed class ProxyTests(LocalApi api)
{
    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "pipeline.example")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("X-Real-IP", "203.0.113.9")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("X-Original-For", "203.0.113.9")]
    public async Task Whatever_passed_a_proxy_needs_a_key_on_every_path(string header, string value)
    {
        (await api.Client.GetAsync("/api/jobs", (header, value))).ShouldBeProblem(403, "not-local");
        (await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", (header, value))).ShouldBeProblem(403, "not-local");
        (await api.Client.GetAsync("/v1/models", (header, value))).Status.ShouldBe(403);
        (await api.Client.GetAsync("/health", (header, value))).Json.GetProperty("parts").EnumerateObject().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.9")]
    [InlineData("127.0.0.0/8", "127.0.0.1")]
    [InlineData("::1", "203.0.113.9")]
    public async Task Also_a_trusted_proxy_gives_nothing_without_a_key(string trusted, string client)
    {
        await using var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, api.Worker, ("Api:TrustedProxies:0", trusted));
        using var local = host.Client();

        (await local.GetAsync("/api/jobs", ("X-Forwarded-For", client))).ShouldBeProblem(403, "not-local");
        (await local.GetAsync("/api/jobs")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_frameworks_own_switch_makes_nobody_trusted()
    {
        await using var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, api.Worker, ("ForwardedHeaders_Enabled", "true"));
        using var client = host.Client(await host.AddKeyAsync("page"));

        (await client.PostAsync("/api/emotion", """{"text":"a"}""", ("X-Forwarded-Host", "evil.example"), ("Origin", "https://evil.example")))
            .ShouldBeProblem(403, "cross-site");
    }

    [Fact]
    public async Task A_page_behind_a_trusted_proxy_that_changes_the_host_is_its_own()
    {
        await using var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, api.Worker, ("Api:TrustedProxies:0", "127.0.0.1"));
        var key = await host.AddKeyAsync("page");
        using var client = host.Client(key);
        (string, string)[] forwarded = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", "pipeline.example"), ("X-Forwarded-Proto", "https"), ("Origin", "https://pipeline.example")];

        (await client.PostAsync("/api/emotion", """{"text":"a"}""", forwarded)).Status.ShouldBe(202);
        (await client.GetAsync("/health", forwarded)).Json.GetProperty("parts").TryGetProperty("postgres", out _).ShouldBeTrue();
        using var other = host.Client(await host.AddKeyAsync("other"));
        (await other.GetAsync("/health", forwarded)).Json.GetProperty("parts").EnumerateObject().ShouldBeEmpty("the first key is an admin's, this one a client's");
        (await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", forwarded)).ShouldBeProblem(403, "cross-site");
    }
}
