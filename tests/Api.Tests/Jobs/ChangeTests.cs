using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Jobs;

/// <summary>Cancel, retry and erase.</summary>
public sealed class ChangeTests(LocalApi api)
{
    [Fact]
    public async Task A_running_job_can_be_canceled_and_retried()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var job = await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""");
        await api.Worker.StartedAsync(text);

        var canceled = await api.Client.DeleteAsync($"/api/jobs/{job.Id}");
        canceled.Status.ShouldBe(200);
        canceled.State.ShouldBe("canceled");
        canceled.Json.GetProperty("links").GetProperty("retry").GetString().ShouldBe($"/api/jobs/{job.Id}/retry");

        api.Worker.Release(text);
        var retried = await RetryAsync(job.Id);
        retried.Status.ShouldBe(202);
        retried.Headers["Location"].ShouldBe($"/api/jobs/{job.Id}");

        (await api.Client.GetAsync($"/api/jobs/{job.Id}", ("Prefer", "wait=60"))).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task What_came_of_earlier_attempts_is_told_newest_first()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var job = await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""");
        await api.Worker.StartedAsync(text);
        await api.Client.DeleteAsync($"/api/jobs/{job.Id}");
        api.Worker.Release(text);
        await RetryAsync(job.Id);
        await api.Client.GetAsync($"/api/jobs/{job.Id}", ("Prefer", "wait=60"));

        var attempt = (await api.Client.GetAsync($"/api/jobs/{job.Id}/attempts")).Json.GetProperty("attempts").EnumerateArray().ShouldHaveSingleItem();

        (attempt.GetProperty("attempt").GetInt32(), attempt.GetProperty("state").GetString()).ShouldBe((1, "canceled"));
        attempt.GetProperty("worker").GetString().ShouldStartWith(Environment.MachineName);
        attempt.GetProperty("ended_at").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(attempt.GetProperty("started_at").GetDateTimeOffset());
        attempt.TryGetProperty("error", out _).ShouldBeFalse();

        var rejected = await api.Client.PostAsync("/api/emotion", """{"text":"reject"}""", ("Prefer", "wait=60"));
        (await api.Client.GetAsync($"/api/jobs/{rejected.Id}/attempts")).Json.GetProperty("attempts")[0].GetProperty("error").ToString()
            .ShouldBe("""{"code":"rejected","message":"The script says so."}""");
        (await api.Client.GetAsync($"/api/jobs/{Guid.CreateVersion7()}/attempts")).ShouldBeProblem(404, "job-not-found");
    }

    [Fact]
    public async Task A_failed_job_can_be_retried()
    {
        var job = await api.Client.PostAsync("/api/emotion", """{"text":"reject"}""", ("Prefer", "wait=60"));
        var retried = await RetryAsync(job.Id);
        retried.Status.ShouldBe(202);
        retried.State.ShouldBe("queued");
        retried.Json.TryGetProperty("error", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_final_job_is_not_canceled_but_erased()
    {
        var job = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", ("Prefer", "wait=60"));

        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}?erase=false")).ShouldBeProblem(409, "job-state").Says("is succeeded already");
        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}?erase=maybe")).ShouldBlame("erase", "send one of true, false");
        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}?eraze=true")).ShouldBlame("eraze", "not a known query parameter");
        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}")).Status.ShouldBe(204);
        (await api.Client.GetAsync($"/api/jobs/{job.Id}")).ShouldBeProblem(404, "job-not-found");
        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}")).ShouldBeProblem(404, "job-not-found");
    }

    [Fact]
    public async Task A_running_job_that_is_erased_stops_and_leaves_nothing()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var job = await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""");
        await api.Worker.StartedAsync(text);

        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}?erase=true")).Status.ShouldBe(204);
        api.Worker.Release(text);

        (await api.Client.GetAsync($"/api/jobs/{job.Id}", ("Prefer", "wait=1"))).ShouldBeProblem(404, "job-not-found");
    }

    [Fact]
    public async Task A_succeeded_job_can_not_be_retried()
    {
        var job = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", ("Prefer", "wait=60"));
        (await RetryAsync(job.Id)).ShouldBeProblem(409, "job-state").Says("is succeeded; only failed, canceled and expired");
    }

    private Task<Answer> RetryAsync(string id) => api.Client.SendAsync(HttpMethod.Post, $"/api/jobs/{id}/retry", null);
}
