using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Webhooks;

public sealed class FailedDeliveryTests(WebhookApi api) : IClassFixture<WebhookApi>, IAsyncLifetime
{
    private WebhookReceiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async ValueTask DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task A_failed_attempt_is_repeated_on_schedule_with_the_same_id_and_body()
    {
        _receiver.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return context.Response.WriteAsync("Oops: " + new string('x', 5_000));
        };
        var job = await api.SubmitAsync("text", _receiver.Address);
        var first = await _receiver.NextAsync();

        var failed = await api.AttemptedAsync(job.Id, attempts: 1);
        (failed.GetProperty("state").GetString(), failed.GetProperty("status").GetInt32()).ShouldBe(("pending", 500));
        failed.GetProperty("response").GetString()!.Length.ShouldBe(1_024);
        Wait(failed).TotalSeconds.ShouldBeInRange(5, 30);

        await api.MakeDueAsync(failed);
        var second = await _receiver.NextAsync();
        var failedAgain = await api.AttemptedAsync(job.Id, attempts: 2);
        Wait(failedAgain).TotalMinutes.ShouldBeInRange(5, 6);

        _receiver.AnswerWith(StatusCodes.Status200OK);
        await api.MakeDueAsync(failedAgain);
        var third = await _receiver.NextAsync();
        (await api.AttemptedAsync(job.Id, attempts: 3)).GetProperty("state").GetString().ShouldBe("delivered");

        foreach (var repeat in (ReceivedWebhook[])[second, third])
        {
            repeat.Id.ShouldBe(first.Id);
            repeat.Body.ShouldBe(first.Body);
            repeat.Verify(api.Secret).ShouldBe((1, 1));
        }
    }

    [Fact]
    public async Task The_last_attempt_of_the_schedule_fails_the_delivery()
    {
        _receiver.AnswerWith(StatusCodes.Status404NotFound);
        var job = await api.SubmitAsync("text", _receiver.Address);
        var failed = await api.AttemptedAsync(job.Id, attempts: 1);
        await api.ExecuteAsync("update webhook_deliveries set failures = 9 where job_id = @id", new { id = Guid.Parse(job.Id) });
        await api.MakeDueAsync(failed);

        var last = await api.AttemptedAsync(job.Id, attempts: 2);

        (last.GetProperty("state").GetString(), last.GetProperty("error").GetString()).ShouldBe(("failed", "The URL answered 404."));
        last.TryGetProperty("due_at", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_receiver_that_has_too_much_to_do_is_left_alone_for_as_long_as_it_asks()
    {
        _receiver.AnswerWith(StatusCodes.Status429TooManyRequests, ("Retry-After", "120"));
        var first = await api.SubmitAsync("text", _receiver.Address);
        Wait(await api.AttemptedAsync(first.Id, attempts: 1)).TotalSeconds.ShouldBeInRange(120, 150);
        await _receiver.NextAsync();

        // A second webhook to the same URL waits as well; one to another URL of the same receiver shows that deliveries go on.
        var second = await api.SubmitAsync("text", _receiver.Address);
        await Eventually.TrueAsync(async () => (await api.DeliveriesAsync($"job={second.Id}")).Count == 1);
        _receiver.AnswerWith(StatusCodes.Status200OK);
        await api.SubmitAsync("text", _receiver.Address + "/other");
        (await _receiver.NextAsync()).Path.ShouldBe("/other");
        _receiver.Unread.ShouldBe(0);

        await api.ExecuteAsync("update webhook_endpoints set paused_until = now() where url = @url", new { url = _receiver.Address + "/" });
        (await _receiver.NextAsync()).Json.GetProperty("data").GetProperty("id").GetString().ShouldBe(second.Id);
    }

    [Fact]
    public async Task A_url_that_is_gone_gets_nothing_more_until_a_replay()
    {
        _receiver.AnswerWith(StatusCodes.Status410Gone);
        var job = await api.SubmitAsync("text", _receiver.Address);
        var gone = await api.AttemptedAsync(job.Id, attempts: 1);
        gone.GetProperty("state").GetString().ShouldBe("disabled");
        (await api.SubmitAsync("text", _receiver.Address)).ShouldBlame("callback_url", "answered 410 Gone at");

        _receiver.AnswerWith(StatusCodes.Status200OK);
        (await api.Client.SendAsync(HttpMethod.Post, gone.GetProperty("links").GetProperty("replay").GetString()!, null)).State.ShouldBe("pending");

        (await _receiver.NextAsync()).Id.ShouldBe((await _receiver.NextAsync()).Id);
        (await api.AttemptedAsync(job.Id, attempts: 2)).GetProperty("state").GetString().ShouldBe("delivered");
        (await api.SubmitAsync("text", _receiver.Address)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task A_job_accepted_before_its_url_was_gone_sends_nothing()
    {
        var hold = $"hold {Guid.CreateVersion7()}";
        var waiting = await api.SubmitAsync(hold, _receiver.Address);
        await api.Worker.StartedAsync(hold);
        _receiver.AnswerWith(StatusCodes.Status410Gone);
        await api.AttemptedAsync((await api.SubmitAsync("text", _receiver.Address)).Id, attempts: 1);
        await _receiver.NextAsync();

        api.Worker.Release(hold);

        (await api.AttemptedAsync(waiting.Id, attempts: 1)).GetProperty("state").GetString().ShouldBe("disabled");
        _receiver.Unread.ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_up()
    {
        _receiver.NeverAnswer();
        var job = await api.SubmitAsync("text", _receiver.Address);

        (await api.AttemptedAsync(job.Id, attempts: 1)).GetProperty("error").GetString().ShouldBe("No answer within 10 s (Webhooks:Timeout).");
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_not_followed()
    {
        await using var other = await WebhookReceiver.StartAsync();
        _receiver.AnswerWith(StatusCodes.Status307TemporaryRedirect, ("Location", other.Address));
        var job = await api.SubmitAsync("text", _receiver.Address);

        (await api.AttemptedAsync(job.Id, attempts: 1)).GetProperty("error").GetString()!.ShouldContain("redirects are not followed");
        other.Unread.ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_tried_again()
    {
        await _receiver.DisposeAsync();
        var job = await api.SubmitAsync("text", _receiver.Address);

        var failed = await api.AttemptedAsync(job.Id, attempts: 1);

        (failed.GetProperty("state").GetString(), failed.TryGetProperty("status", out _)).ShouldBe(("pending", false));
        failed.GetProperty("error").GetString()!.ShouldStartWith("No answer: ");
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_not_called()
    {
        // By name, so that only the connection can tell.
        await using var database = await PostgresDatabase.CreateAsync();
        await using var guarded = await ApiHost.StartAsync(
            database.ConnectionString, new ScriptedEmotion(), ("Webhooks:AllowHttp", "true"), ("Webhooks:PollInterval", "00:00:00.020"));
        var client = guarded.Client();
        await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);
        var url = _receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var job = await client.PostAsync("/api/emotion", $$"""{"text":"text","callback_url":"{{url}}"}""");
        job.Status.ShouldBe(202);

        JsonElement delivery = default;
        await Eventually.TrueAsync(async () =>
        {
            delivery = (await client.GetAsync($"/api/webhooks/deliveries?job={job.Id}&state=failed")).Json.GetProperty("deliveries").EnumerateArray().FirstOrDefault();
            return delivery.ValueKind is JsonValueKind.Object;
        });

        delivery.GetProperty("error").GetString()!.ShouldContain("Webhooks:AllowPrivateTargets");
        _receiver.Unread.ShouldBe(0);
    }

    /// <summary>From the start of an attempt to the next one: the delay, and what the attempt took, which nobody knows.</summary>
    private static TimeSpan Wait(JsonElement delivery) =>
        delivery.GetProperty("due_at").GetDateTimeOffset() - delivery.GetProperty("attempted_at").GetDateTimeOffset();
}
