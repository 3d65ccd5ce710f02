using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Steering;

/// <summary>Operators see the batches and webhooks of all clients, as far as they are no texts.</summary>
public sealed class OthersTests
{
    // One that was answered with something, of web. Whoever holds the address may post there.
    private const string Delivery = """
        insert into webhook_deliveries (client_id, job_id, url, type, payload, state, attempts, attempted_at, status, error, response)
        select id, gen_random_uuid(), 'https://hooks.example.com/services/secret?token=abc', 'job.succeeded', '{"data":"a private text"}', 'failed', 3, now(), 500, 'The URL answered 500.', 'a private answer'
          from clients where name = 'web' returning id
        """;

    [Fact]
    public async Task An_operator_sees_the_batches_of_all_clients_and_a_client_its_own()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        using var other = api.Host.Client(await api.Host.AddKeyAsync("other"));
        var webs = (await api.Client.PostAsync("/api/jobs/batch?kind=emotion", """[{"text":"a private text"},{"text":"b"}]""")).Id;
        var others = (await other.PostAsync("/api/jobs/batch?kind=emotion", """[{"text":"c"}]""")).Id;

        (await ListAsync(api.Operator, "/api/batches?client=*", "batches")).Select(Named).ShouldBe([(others, "other"), (webs, "web")]);
        (await ListAsync(api.Operator, "/api/batches?client=web", "batches")).Select(Named).ShouldBe([(webs, "web")]);
        (await ListAsync(api.Operator, "/api/batches", "batches")).ShouldBeEmpty();
        (await ListAsync(api.Client, "/api/batches", "batches")).Select(Named).ShouldBe([(webs, null)]);
        (await ListAsync(api.Client, "/api/batches?client=web", "batches")).Select(Named).ShouldBe([(webs, null)]);
        var page = await api.Operator.GetAsync("/api/batches?client=*&limit=1");
        page.Json.GetProperty("links").GetProperty("next").GetString().ShouldBe($"/api/batches?client=%2A&before={others}&limit=1");

        var found = await api.Operator.GetAsync($"/api/batches/{webs}?client=*");
        (found.Json.GetProperty("client").GetString(), found.Json.GetProperty("counts").GetProperty("queued").GetInt32()).ShouldBe(("web", 2));
        found.Text.ShouldNotContain("private");
        (await api.Operator.GetAsync($"/api/batches/{webs}?client=other")).ShouldBeProblem(404, "batch-not-found");
        (await api.Operator.GetAsync($"/api/batches/{webs}")).ShouldBeProblem(404, "batch-not-found");
        (await api.Operator.GetAsync($"/api/batches/{webs}/results")).ShouldBeProblem(404, "batch-not-found");
        (await api.Operator.DeleteAsync($"/api/batches/{webs}")).ShouldBeProblem(404, "batch-not-found");
        (await other.GetAsync($"/api/batches/{webs}?client=*")).ShouldBeProblem(403, "forbidden");
        (await api.Operator.GetAsync("/api/batches?client=nobody")).ShouldBlame("client", "no client of this name");
    }

    [Fact]
    public async Task An_operator_sees_the_deliveries_of_all_clients_without_bodies_answers_and_secret_paths()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        var id = $"{await api.QueryAsync<Guid>(Delivery)}";

        var listed = (await ListAsync(api.Operator, "/api/webhooks/deliveries?client=*&state=failed", "deliveries")).ShouldHaveSingleItem();
        Named(listed).ShouldBe((id, "web"));
        listed.GetProperty("url").GetString().ShouldBe("https://hooks.example.com");
        (listed.GetProperty("status").GetInt32(), listed.GetProperty("error").GetString()).ShouldBe((500, "The URL answered 500."));
        listed.GetRawText().ShouldNotContain("private");
        (await ListAsync(api.Operator, "/api/webhooks/deliveries?client=ops", "deliveries")).ShouldBeEmpty();

        var found = await api.Operator.GetAsync($"/api/webhooks/deliveries/{id}?client=web");
        found.Json.GetProperty("url").GetString().ShouldBe("https://hooks.example.com");
        found.Text.ShouldNotContain("private");
        (await api.Operator.GetAsync($"/api/webhooks/deliveries/{id}")).ShouldBeProblem(404, "delivery-not-found");
        (await api.Operator.SendAsync(HttpMethod.Post, $"/api/webhooks/deliveries/{id}/replay", null)).ShouldBeProblem(404, "delivery-not-found");

        var own = await api.Client.GetAsync($"/api/webhooks/deliveries/{id}");
        own.Json.GetProperty("url").GetString().ShouldBe("https://hooks.example.com/services/secret?token=abc");
        own.Json.GetProperty("payload").GetProperty("data").GetString().ShouldBe("a private text");
        own.Json.TryGetProperty("client", out _).ShouldBeFalse();
    }

    private static async Task<JsonElement[]> ListAsync(ApiClient client, string path, string name)
    {
        var answer = await client.GetAsync(path);
        answer.Status.ShouldBe(200, answer.Text);
        return [.. answer.Json.GetProperty(name).EnumerateArray()];
    }

    private static (string Id, string? Client) Named(JsonElement one) =>
        (one.GetProperty("id").GetString()!, one.TryGetProperty("client", out var client) ? client.GetString() : null);
}
