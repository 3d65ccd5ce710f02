using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Clients;

public sealed class KeyTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    [Theory]
    [InlineData("GET", "/api/jobs")]
    [InlineData("POST", "/api/emotion")]
    [InlineData("GET", "/api/queues")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/API/jobs")]
    public async Task Without_a_key_nothing_below_api_answers(string method, string path)
    {
        using var client = api.Host.Client();
        var answer = await client.SendAsync(new HttpMethod(method), path, null);
        answer.ShouldBeProblem(401, "unauthorized").Says("./run keys add NAME");
        answer.Headers["WWW-Authenticate"].ShouldBe("Bearer realm=\"pipeline\"");
    }

    [Theory]
    [InlineData("Authorization", "Bearer pk_wrong")]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("X-Api-Key", "pk_wrong")]
    [InlineData("X-Api-Key", "")]
    public async Task A_wrong_key_is_refused(string header, string value)
    {
        using var client = api.Host.Client();
        (await client.GetAsync("/api/jobs", (header, value))).ShouldBeProblem(401, "unauthorized").Says("unknown, expired or revoked");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("pk_wrong")]
    public async Task Without_a_right_key_nothing_below_v1_answers_and_says_so_in_its_shape(string? key)
    {
        using var client = api.Host.Client(key);
        var answer = await client.GetAsync("/v1/models");
        answer.Status.ShouldBe(401);
        answer.Json.GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_api_key");
        answer.Headers["WWW-Authenticate"].ShouldBe("Bearer realm=\"pipeline\"");
    }

    [Fact]
    public async Task Nobody_follows_the_jobs_of_others()
    {
        var (one, _) = await api.NewClientAsync();
        var (two, _) = await api.NewClientAsync();
        var job = await one.PostAsync("/api/emotion", """{"text":"mine"}""");

        (await two.GetAsync($"/api/jobs/{job.Id}/events?on_disconnect=cancel")).ShouldBeProblem(404, "job-not-found");
    }

    [Fact]
    public async Task Either_header_carries_the_key()
    {
        var (_, key) = await api.NewClientAsync();
        using var client = api.Host.Client();
        (await client.GetAsync("/api/jobs", ("Authorization", $"bearer {key}"))).Status.ShouldBe(200);
        (await client.GetAsync("/api/jobs", ("X-Api-Key", key))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_client_sees_only_its_own_jobs()
    {
        var (one, _) = await api.NewClientAsync();
        var (two, _) = await api.NewClientAsync();
        var job = await one.PostAsync("/api/emotion", """{"text":"mine"}""");

        (await two.GetAsync($"/api/jobs/{job.Id}")).ShouldBeProblem(404, "job-not-found");
        (await two.GetAsync($"/api/jobs/{job.Id}", ("Prefer", "wait=1"))).ShouldBeProblem(404, "job-not-found");
        (await two.DeleteAsync($"/api/jobs/{job.Id}")).ShouldBeProblem(404, "job-not-found");
        (await two.SendAsync(HttpMethod.Post, $"/api/jobs/{job.Id}/retry", null)).ShouldBeProblem(404, "job-not-found");
        (await two.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
        (await one.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_idempotency_key()
    {
        var (one, _) = await api.NewClientAsync();
        var (two, _) = await api.NewClientAsync();
        var first = await one.PostAsync("/api/emotion", """{"text":"a"}""", ("Idempotency-Key", "same"));
        var second = await two.PostAsync("/api/emotion", """{"text":"b"}""", ("Idempotency-Key", "same"));

        second.Status.ShouldBe(202);
        second.Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task Health_and_documents_need_no_key()
    {
        using var client = api.Host.Client();
        (await client.GetAsync("/health")).Status.ShouldBe(200);
        (await client.GetAsync("/openapi/v1.json")).Status.ShouldBe(200);
        (await client.GetAsync("/docs/index.html")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task With_keys_any_address_may_be_served()
    {
        var (_, key) = await api.NewClientAsync();
        await using var host = await ApiHost.StartAsync(api.Database.ConnectionString, worker: null, ("Urls", "http://0.0.0.0:0"));
        using var client = new ApiClient(new Uri($"http://127.0.0.1:{host.Address.Port}"), key);
        (await client.GetAsync("/api/jobs")).Status.ShouldBe(200);
    }
}
