using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Clients;

public sealed class LoopbackTests(LocalApi api, PostgresDatabase withoutKeys) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData("Urls", "http://0.0.0.0:0")]
    [InlineData("Urls", "http://[::]:0")]
    [InlineData("Urls", "http://*:0")]
    [InlineData("Urls", "http://+:0")]
    [InlineData("Urls", "http://127.0.0.1:0;http://example.org:0")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://0.0.0.0:0")]
    public async Task Without_keys_another_address_than_loopback_is_refused(string key, string value)
    {
        var refusal = await StartAsync((key, value)).ShouldThrowAsync<StartupException>();
        refusal.Message.ShouldContain("./run keys add NAME");
        refusal.Message.ShouldContain("Urls=http://127.0.0.1:8080");
    }

    [Theory]
    [InlineData("http_ports")]
    [InlineData("https_ports")]
    public async Task Without_keys_port_lists_are_refused(string key) =>
        (await StartAsync(("Urls", ""), (key, "18099")).ShouldThrowAsync<StartupException>()).Message.ShouldContain("://*:18099");

    [Fact]
    public async Task Without_keys_an_address_set_in_code_is_refused()
    {
        await using var app = ApiHost.Build(withoutKeys.ConnectionString, worker: null);
        app.Urls.Clear();
        app.Urls.Add("http://0.0.0.0:0");
        await app.StartAsync(TestContext.Current.CancellationToken).ShouldThrowAsync<StartupException>();
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused_in_one_sentence() =>
        (await StartAsync(("Urls", "localhost")).ShouldThrowAsync<StartupException>()).Message.ShouldContain("Urls has \"localhost\"");

    [Theory]
    [InlineData("http://localhost:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://127.8.8.8:0")]
    public void Loopback_addresses_are_known(string address) => Api.Clients.ListenAddresses.IsLoopback(address).ShouldBeTrue();

    [Fact]
    public async Task A_page_that_points_its_host_name_here_is_refused()
    {
        var answer = await api.Client.GetAsync("/api/jobs", ("Host", "evil.example"));
        answer.ShouldBeProblem(403, "not-local").Says("evil.example");
    }

    [Fact]
    public async Task Once_a_key_exists_it_is_needed()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var time = new MovableTime();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, time);
        using var client = host.Client();
        (await client.GetAsync("/api/jobs")).Status.ShouldBe(200);

        var key = await host.AddKeyAsync("first");
        time.Advance(TimeSpan.FromSeconds(10));

        (await client.GetAsync("/api/jobs")).ShouldBeProblem(401, "unauthorized");
        using var authorized = host.Client(key);
        (await authorized.GetAsync("/api/jobs")).Status.ShouldBe(200);
    }

    private async Task StartAsync(params (string, string)[] settings)
    {
        await using var host = await ApiHost.StartAsync(withoutKeys.ConnectionString, worker: null, settings);
    }
}
