using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Webhooks;

public sealed class WebhookRequestTests(WebhookApi api, KeyedApi keyed) : IClassFixture<WebhookApi>, IClassFixture<KeyedApi>
{
    private const string WithCallback = """{"text":"a","callback_url":"https://example.com/hooks"}""";

    [Fact]
    public async Task A_callback_without_a_secret_is_refused_before_anything_is_accepted()
    {
        var (client, _) = await keyed.NewClientAsync();

        (await client.PostAsync("/api/emotion", WithCallback)).ShouldBlame("callback_url", "POST /api/webhooks/secrets");
        (await client.PostLinesAsync("/api/jobs/batch?kind=emotion&callback_url=https%3A%2F%2Fexample.com", ["""{"text":"a"}"""]))
            .ShouldBlame("callback_url", "POST /api/webhooks/secrets");
        (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("\"example.com\"", "absolute URL")]
    [InlineData("\"http://example.com\"", "Webhooks:AllowHttp")]
    [InlineData("\"https://169.254.169.254/latest\"", "not on the public network")]
    [InlineData("7", "expected a string")]
    public async Task A_url_that_can_not_be_called_is_refused(string url, string reason)
    {
        var (client, _) = await keyed.NewClientAsync();

        (await client.PostAsync("/api/emotion", $$"""{"text":"a","callback_url":{{url}}}""")).ShouldBlame("callback_url", reason);
        (await client.PostAsync("/api/jobs", $$"""{"kind":"emotion","input":{"text":"a"},"callback_url":{{url}}}""")).ShouldBlame("callback_url", reason);
    }

    [Fact]
    public async Task A_batch_names_its_url_in_the_query()
    {
        var (client, _) = await keyed.NewClientAsync();

        (await client.PostLinesAsync("/api/jobs/batch?callback_url=ftp://example.com", ["{}"])).ShouldBlame("callback_url", "absolute URL");
    }

    [Fact]
    public async Task The_url_is_part_of_what_an_idempotency_key_stands_for()
    {
        var key = Guid.CreateVersion7().ToString();
        await using var receiver = await WebhookReceiver.StartAsync();
        var first = await api.SubmitAsync("text", receiver.Address, ("Idempotency-Key", key));

        (await api.SubmitAsync("text", receiver.Address, ("Idempotency-Key", key))).Id.ShouldBe(first.Id);
        (await api.SubmitAsync("text", receiver.Address + "/other", ("Idempotency-Key", key))).ShouldBeProblem(422, "idempotency-key-reused");
        await receiver.NextAsync();
        receiver.Unread.ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_is_told_once_and_overlaps_with_the_one_before_it()
    {
        var (client, _) = await keyed.NewClientAsync();
        var first = await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);
        var second = await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);
        var third = await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);

        (third.Status, third.Headers["Cache-Control"]).ShouldBe((201, "no-store"));
        var secrets = (await client.GetAsync("/api/webhooks/secrets")).Json.GetProperty("secrets").EnumerateArray().ToList();
        secrets.Select(secret => secret.GetProperty("id").GetString()).ShouldBe([third.Id, second.Id]);
        secrets.Count(secret => secret.TryGetProperty("secret", out _)).ShouldBe(0);
        var overlap = secrets[1].GetProperty("expires_at").GetDateTimeOffset() - secrets[0].GetProperty("created_at").GetDateTimeOffset();
        overlap.ShouldBe(TimeSpan.FromDays(1));

        (await client.DeleteAsync($"/api/webhooks/secrets/{second.Id}")).Json.GetProperty("secrets").GetArrayLength().ShouldBe(1);
        (await client.DeleteAsync($"/api/webhooks/secrets/{first.Id}")).ShouldBeProblem(404, "secret-not-found");
    }

    [Fact]
    public async Task Both_secrets_of_an_overlap_sign()
    {
        await using var fresh = new WebhookApi();
        await fresh.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var newer = (await fresh.Client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null)).Json.GetProperty("secret").GetString()!;

        await fresh.SubmitAsync("text", receiver.Address);
        var webhook = await receiver.NextAsync();

        webhook.Verify(fresh.Secret).ShouldBe((2, 1));
        webhook.Verify(newer).ShouldBe((2, 1));
    }

    [Fact]
    public async Task Deliveries_are_listed_in_pages_read_with_their_body_and_replayed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var job = await api.SubmitAsync("text", receiver.Address);
        var sent = await receiver.NextAsync();
        await api.AttemptedAsync(job.Id, attempts: 1);

        var delivery = await api.Client.GetAsync($"/api/webhooks/deliveries/{sent.Id}");
        delivery.Json.GetProperty("payload").GetRawText().ShouldBe(System.Text.Encoding.UTF8.GetString(sent.Body));
        (await api.DeliveriesAsync($"job={job.Id}&state=delivered")).ShouldHaveSingleItem().TryGetProperty("payload", out _).ShouldBeFalse();
        (await api.DeliveriesAsync($"job={job.Id}&state=failed")).ShouldBeEmpty();

        (await api.Client.SendAsync(HttpMethod.Post, $"/api/webhooks/deliveries/{sent.Id}/replay", null)).Status.ShouldBe(202);
        var replayed = await receiver.NextAsync();
        (replayed.Id, replayed.Verify(api.Secret)).ShouldBe((sent.Id, (1, 1)));
        replayed.Body.ShouldBe(sent.Body);

        await api.AttemptedAsync(job.Id, attempts: 2);
        await api.SubmitAsync("text", receiver.Address);
        await receiver.NextAsync();
        var page = await api.Client.GetAsync("/api/webhooks/deliveries?limit=1");
        var next = page.Json.GetProperty("links").GetProperty("next").GetString()!;
        string.CompareOrdinal(
            (await api.Client.GetAsync(next)).Json.GetProperty("deliveries")[0].GetProperty("id").GetString(),
            page.Json.GetProperty("deliveries")[0].GetProperty("id").GetString()).ShouldBeLessThan(0);
    }

    [Fact]
    public async Task A_delivery_belongs_to_its_client()
    {
        var (mine, _) = await keyed.NewClientAsync();
        var (other, _) = await keyed.NewClientAsync();
        await mine.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);
        var job = await mine.PostAsync("/api/emotion", """{"text":"a","callback_url":"https://localhost:1/"}""");
        await mine.DeleteAsync($"/api/jobs/{job.Id}");
        var id = (await mine.GetAsync($"/api/webhooks/deliveries?job={job.Id}")).Json.GetProperty("deliveries")[0].GetProperty("id").GetString();

        (await other.GetAsync("/api/webhooks/deliveries")).Json.GetProperty("deliveries").GetArrayLength().ShouldBe(0);
        (await other.GetAsync($"/api/webhooks/deliveries/{id}")).ShouldBeProblem(404, "delivery-not-found");
        (await other.SendAsync(HttpMethod.Post, $"/api/webhooks/deliveries/{id}/replay", null)).ShouldBeProblem(404, "delivery-not-found");
        (await mine.GetAsync($"/api/webhooks/deliveries/{id}")).Status.ShouldBe(200);
        (await other.GetAsync("/api/webhooks/deliveries?state=lost")).ShouldBlame("state", "pending, delivered, failed, disabled");
        (await other.GetAsync("/api/webhooks/deliveries?job=x")).ShouldBlame("job", "not a UUID");
    }
}
