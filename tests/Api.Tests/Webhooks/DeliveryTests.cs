using Microsoft.AspNetCore.Http;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Webhooks;

public sealed class DeliveryTests(WebhookApi api) : IClassFixture<WebhookApi>, IAsyncLifetime
{
    private readonly string _hold = $"hold {Guid.CreateVersion7()}";
    private WebhookReceiver _receiver = null!;

    private string Url => _receiver.Address + "/hooks?from=pipeline";

    public async ValueTask InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async ValueTask DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task A_job_that_succeeded_is_told_signed_and_with_its_result()
    {
        var job = await api.SubmitAsync("좋은 소식이에요", Url);

        var webhook = await _receiver.NextAsync();

        webhook.Verify(api.Secret).ShouldBe((1, 1));
        (webhook.Method, webhook.Path, webhook.Headers["Content-Type"]).ShouldBe(("POST", "/hooks?from=pipeline", "application/json; charset=utf-8"));
        (TimeProvider.System.GetUtcNow() - webhook.Timestamp).Duration().ShouldBeLessThan(Patience.Limit);
        webhook.Json.GetProperty("type").GetString().ShouldBe("job.succeeded");
        var data = webhook.Json.GetProperty("data");
        var resource = (await api.Client.GetAsync($"/api/jobs/{job.Id}")).Json;
        webhook.Json.GetProperty("timestamp").GetDateTimeOffset().ShouldBe(resource.GetProperty("finished_at").GetDateTimeOffset());
        foreach (var field in (string[])["id", "kind", "queue", "state", "attempt", "result"])
        {
            data.GetProperty(field).GetRawText().ShouldBe(resource.GetProperty(field).GetRawText());
        }

        var delivery = await api.AttemptedAsync(job.Id, attempts: 1);
        (delivery.GetProperty("state").GetString(), delivery.GetProperty("status").GetInt32(), delivery.GetProperty("id").GetString())
            .ShouldBe(("delivered", 204, webhook.Id));
    }

    [Fact]
    public async Task A_job_that_failed_was_canceled_or_expired_is_told_as_well()
    {
        var failed = await api.SubmitAsync("reject this", Url);
        Summary(await _receiver.NextAsync()).ShouldBe(("job.failed", failed.Id, "rejected"));

        var canceled = await api.SubmitAsync(_hold, Url);
        await api.Worker.StartedAsync(_hold);
        await api.Client.DeleteAsync($"/api/jobs/{canceled.Id}");
        Summary(await _receiver.NextAsync()).ShouldBe(("job.canceled", canceled.Id, null));

        var expired = await api.SubmitAsync(_hold, Url);
        await api.ExecuteAsync("update jobs set expires_at = now() where id = @id", new { id = Guid.Parse(expired.Id) });
        Summary(await _receiver.NextAsync()).ShouldBe(("job.expired", expired.Id, null));

        (await api.Client.SendAsync(HttpMethod.Post, $"/api/jobs/{canceled.Id}/retry", null)).Status.ShouldBe(202);
        api.Worker.Release(_hold);
        Summary(await _receiver.NextAsync()).ShouldBe(("job.succeeded", canceled.Id, null));
    }

    [Fact]
    public async Task A_job_that_takes_its_workers_down_is_told_when_it_is_quarantined()
    {
        var job = await api.SubmitAsync(_hold, Url);
        await api.Worker.StartedAsync(_hold);

        await api.ExecuteAsync(
            "update jobs set deaths = 1, worker_id = gen_random_uuid() where id = @id and state = 'running'", new { id = Guid.Parse(job.Id) });

        Summary(await _receiver.NextAsync()).ShouldBe(("job.failed", job.Id, "quarantined"));
    }

    [Fact]
    public async Task A_large_result_is_left_out_and_said_to_be()
    {
        var job = await api.SubmitAsync(_hold, Url);
        await api.Worker.StartedAsync(_hold);
        await api.ExecuteAsync(
            "update jobs set state = 'succeeded', finished_at = now(), finished_xid = pg_current_xact_id(), result = to_json(repeat('x', 20000)) where id = @id",
            new { id = Guid.Parse(job.Id) });

        var data = (await _receiver.NextAsync()).Json.GetProperty("data");

        data.GetProperty("result_omitted").GetBoolean().ShouldBeTrue();
        data.TryGetProperty("result", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_without_a_callback_makes_no_delivery()
    {
        var job = await api.Client.PostAsync("/api/emotion", """{"text":"quiet"}""", ("Prefer", "wait=60"));

        job.State.ShouldBe("succeeded");
        (await api.DeliveriesAsync($"job={job.Id}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_job_of_a_list_is_told()
    {
        var jobs = await api.Client.PostAsync("/api/emotion", $$"""{"texts":["a","b"],"callback_url":"{{Url}}"}""");

        var told = new[] { await _receiver.NextAsync(), await _receiver.NextAsync() };

        told.Select(webhook => webhook.Json.GetProperty("data").GetProperty("id").GetString()).Order()
            .ShouldBe(jobs.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString()).Order());
    }

    [Fact]
    public async Task A_batch_is_told_once_when_its_last_job_is_final()
    {
        var batch = await api.Client.PostLinesAsync(
            $"/api/jobs/batch?kind=emotion&callback_url={Uri.EscapeDataString(Url)}", ["""{"text":"a"}""", """{"text":"reject b"}""", $$"""{"text":"{{_hold}}"}"""]);
        batch.Status.ShouldBe(202, batch.Json.ToString());
        await api.Worker.StartedAsync(_hold);
        _receiver.Unread.ShouldBe(0);
        api.Worker.Release(_hold);

        var webhook = await _receiver.NextAsync();

        webhook.Verify(api.Secret).ShouldBe((1, 1));
        webhook.Json.GetProperty("type").GetString().ShouldBe("batch.finished");
        webhook.Json.GetProperty("timestamp").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        var data = webhook.Json.GetProperty("data");
        (data.GetProperty("id").GetString(), data.GetProperty("items").GetInt32()).ShouldBe((batch.Id, 3));
        (data.GetProperty("counts").GetProperty("succeeded").GetInt32(), data.GetProperty("counts").GetProperty("failed").GetInt32()).ShouldBe((2, 1));
        (await api.DeliveriesAsync($"batch={batch.Id}")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Several_processes_deliver_each_webhook_once()
    {
        await using var second = await api.StartAnotherAsync();
        await using var third = await api.StartAnotherAsync();
        var texts = string.Join(',', Enumerable.Range(0, 60).Select(i => $"\"text {i}\""));
        await api.Client.PostAsync("/api/emotion", $$"""{"texts":[{{texts}}],"callback_url":"{{Url}}"}""");

        var ids = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            ids.Add((await _receiver.NextAsync()).Id);
        }

        ids.Distinct().Count().ShouldBe(60);
        _receiver.Unread.ShouldBe(0);
    }

    [Fact]
    public async Task A_delivery_whose_process_died_is_made_by_another()
    {
        _receiver.NeverAnswer();
        var job = await api.SubmitAsync("text", Url);
        var first = await _receiver.NextAsync();
        _receiver.AnswerWith(StatusCodes.Status200OK);

        // What the dead leave behind: a row that was taken, whose time is over.
        await api.ExecuteAsync("update webhook_deliveries set due_at = now() where job_id = @id", new { id = Guid.Parse(job.Id) });

        (await _receiver.NextAsync()).Id.ShouldBe(first.Id);
        (await api.AttemptedAsync(job.Id, attempts: 2)).GetProperty("state").GetString().ShouldBe("delivered");
    }

    private static (string? Type, string? Job, string? Error) Summary(ReceivedWebhook webhook)
    {
        var data = webhook.Json.GetProperty("data");
        return (webhook.Json.GetProperty("type").GetString(), data.GetProperty("id").GetString(),
            data.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
    }
}
