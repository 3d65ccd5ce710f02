using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Steering;

/// <summary>Why a job waits, for each reason. That of a pause is with the pauses.</summary>
public sealed class WaitingTests
{
    private const string Announce = """
        insert into workers (id, host, queues, slots, ready, lease_until) values (gen_random_uuid(), 'gpu', '{emotion}', '{1}', @Ready, now() + interval '1 hour') returning 1
        """;

    [Fact]
    public async Task Without_a_worker_it_says_which_one_to_start()
    {
        await using var api = await SteeredApi.StartAsync(works: false);

        var job = await api.FindAsync(await api.SubmitAsync("a"));

        job.Json.GetProperty("waiting_for").GetString().ShouldBe("workers");
        job.Json.GetProperty("waiting_detail").GetString()!.ShouldContain("--queues=emotion");
        job.Json.TryGetProperty("eta", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task While_a_worker_loads_its_model_it_says_so()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        await api.QueryAsync<int>(Announce, new { Ready = false });

        (await ReasonAsync(api, await api.SubmitAsync("a"))).ShouldBe("model_loading");
    }

    [Fact]
    public async Task While_the_broker_is_away_it_says_so()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        await api.QueryAsync<int>(Announce, new { Ready = true });
        var id = await api.SubmitAsync("a");
        (await ReasonAsync(api, id)).ShouldBe("fair_share");

        await api.Host.Services.GetRequiredService<IBusControl>().StopAsync(TestContext.Current.CancellationToken);

        (await ReasonAsync(api, id)).ShouldBe("broker");
    }

    [Fact]
    public async Task A_retry_waits_for_its_time()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        var id = await api.SubmitAsync("a");
        await api.QueryAsync<Guid>("update jobs set due_at = now() + interval '1 hour' where id = @Id::uuid returning id", new { Id = id });

        var job = await api.FindAsync(id);

        job.Json.GetProperty("waiting_for").GetString().ShouldBe("retry_at");
        job.Json.GetProperty("eta").GetDateTimeOffset().ShouldBe(job.Json.GetProperty("due_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task At_its_limit_in_flight_a_client_waits_for_its_own_jobs()
    {
        await using var api = await SteeredApi.StartAsync();
        using var admin = api.Host.Client(await api.Host.AddKeyAsync("alice", Role.Admin));
        var limited = await admin.SendAsync(HttpMethod.Patch, "/api/keys/web", ApiClient.Json("""{"limits":{"jobs_in_flight":1}}"""u8.ToArray()));
        limited.Status.ShouldBe(200, limited.Text);
        await api.HoldAsync("hold 1");

        var id = await api.SubmitAsync("next");

        await Eventually.TrueAsync(async () => await ReasonAsync(api, id) is "limit");
        api.Worker!.Release("hold 1");
        (await api.FinishAsync(id)).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task Behind_others_it_tells_its_place_and_when_it_should_start()
    {
        await using var api = await SteeredApi.StartAsync(settings: [("Relay:WindowMin", "1"), ("Relay:WindowFactor", "1.1"), ("Relay:WindowTime", "00:00:00.010")]);
        (await api.FinishAsync(await api.SubmitAsync("done"))).State.ShouldBe("succeeded");
        await api.HoldAsync("hold 1");
        await api.Host.SampleQueuesAsync();
        List<string> ids = [];
        for (var i = 0; i < 80; i++)
        {
            ids.Add(await api.SubmitAsync($"t{i}"));
        }

        // Until the window is full: nothing moves then.
        await Eventually.TrueAsync(async () => await PositionAsync(api, ids[^1]) == await api.QueryAsync<int>("select count(*)::int from dispatches where dispatched_at is null"));
        await api.Host.SampleQueuesAsync();

        var last = await api.FindAsync(ids[^1]);

        last.Json.GetProperty("waiting_for").GetString().ShouldBe("fair_share");
        last.Json.GetProperty("position").GetInt32().ShouldBeGreaterThan(1);
        last.Json.GetProperty("ahead_max").GetInt32().ShouldBe(79);
        last.Json.GetProperty("eta").GetDateTimeOffset().ShouldBeGreaterThan(last.Json.GetProperty("created_at").GetDateTimeOffset());
        (await PositionAsync(api, ids[^2])).ShouldBe(last.Json.GetProperty("position").GetInt32() - 1);
        (await PositionAsync(api, ids[0])).ShouldBe(0);

        // It goes before those without a deadline, and starts in time at the rate of the last minute.
        var urgent = await api.Client.PostAsync("/api/emotion", """{"text":"urgent","deadline":"7d"}""");
        var due = await api.FindAsync(urgent.Id);
        due.Json.GetProperty("position").GetInt32().ShouldBe(1);
        due.Json.GetProperty("deadline_likely").GetBoolean().ShouldBeTrue();

        api.Worker!.Release("hold 1");
        var done = await api.FinishAsync(ids[^1]);
        (done.State, done.Json.TryGetProperty("waiting_for", out _)).ShouldBe(("succeeded", false));
    }

    private static async Task<int> PositionAsync(SteeredApi api, string id) => (await api.FindAsync(id)).Json.GetProperty("position").GetInt32();

    private static async Task<string?> ReasonAsync(SteeredApi api, string id) => (await api.FindAsync(id)).Json.GetProperty("waiting_for").GetString();
}
