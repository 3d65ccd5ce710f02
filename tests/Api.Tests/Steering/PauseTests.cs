using System.Text.Json;

namespace Pipeline.Api.Tests.Steering;

/// <summary>What an operator holds back.</summary>
public sealed class PauseTests
{
    [Theory]
    [InlineData("queue", "emotion")]
    [InlineData("kind", "emotion")]
    [InlineData("client", "web")]
    public async Task What_is_paused_waits_and_says_so_until_it_is_resumed(string scope, string name)
    {
        await using var api = await SteeredApi.StartAsync();
        var paused = await api.PutAsync($"/api/pauses/{scope}/{name}", """{"reason":"new model tonight"}""");
        paused.Status.ShouldBe(200);
        paused.Json.GetProperty("paused_by").GetString().ShouldBe("ops");
        await api.Host.SampleQueuesAsync(); // Which is what the intake looks at as well.

        var id = await api.SubmitAsync("a");

        await api.BacklogAsync(1);
        var job = await api.FindAsync(id);
        (job.State, job.Json.GetProperty("waiting_for").GetString()).ShouldBe(("queued", "paused"));
        job.Json.GetProperty("waiting_detail").GetString().ShouldBe($"An operator holds back the {scope} {name}: new model tonight. It goes on when somebody resumes it.");
        job.Json.GetProperty("position").GetInt32().ShouldBe(1);

        (await api.Operator.DeleteAsync($"/api/pauses/{scope}/{name}")).Status.ShouldBe(204);
        (await api.FinishAsync(id)).State.ShouldBe("succeeded");
        (await api.Operator.GetAsync("/api/pauses")).Json.GetProperty("pauses").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_pause_of_a_kind_holds_both_of_its_queues_and_no_other()
    {
        await using var api = await SteeredApi.StartAsync();
        await api.PutAsync("/api/pauses/kind/emotion");
        await api.Host.SampleQueuesAsync();

        var queues = (await api.Client.GetAsync("/api/queues")).Json.GetProperty("queues").EnumerateArray();

        queues.Where(queue => queue.GetProperty("paused").GetBoolean()).Select(queue => queue.GetProperty("queue").GetString())
            .ShouldBe(["emotion", "emotion-bulk"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_jobs_of_others_go_on_beside_a_paused_client()
    {
        await using var api = await SteeredApi.StartAsync();
        using var other = api.Host.Client(await api.Host.AddKeyAsync("other"));
        await api.PutAsync("/api/pauses/client/web");
        await api.Host.SampleQueuesAsync();
        await api.SubmitAsync("a");
        await api.BacklogAsync(1);

        var id = await api.SubmitAsync("b", other);

        (await other.GetAsync($"/api/jobs/{id}", ("Prefer", "wait=60"))).State.ShouldBe("succeeded");
        await api.BacklogAsync(1);
    }

    [Theory]
    [InlineData("queue", "emotions", "There is no queue 'emotions'. There are")]
    [InlineData("kind", "emotion-bulk", "There is no kind 'emotion-bulk'")]
    [InlineData("client", "nobody", "There is no client 'nobody'")]
    [InlineData("planet", "mars", "write one of queue, kind, client")]
    public async Task What_does_not_exist_cannot_be_paused(string scope, string name, string reason)
    {
        await using var api = await SteeredApi.StartAsync(works: false);

        (await api.PutAsync($"/api/pauses/{scope}/{name}")).ShouldBeProblem(404, "pause-not-found").Says(reason);
    }

    [Fact]
    public async Task A_bad_reason_is_refused_and_what_is_not_paused_cannot_be_resumed()
    {
        await using var api = await SteeredApi.StartAsync(works: false);

        (await api.PutAsync("/api/pauses/queue/emotion", """{"reason":7}""")).ShouldBlame("reason", "string");
        (await api.PutAsync("/api/pauses/queue/emotion", $$"""{"reason":{{JsonSerializer.Serialize(new string('x', 201))}}}""")).ShouldBlame("reason", "at most 200");
        (await api.Operator.DeleteAsync("/api/pauses/queue/emotion")).ShouldBeProblem(404, "pause-not-found").Says("is not paused");
    }
}
