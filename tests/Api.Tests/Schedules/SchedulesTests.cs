using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.Core.Schedules;

namespace Pipeline.Api.Tests.Schedules;

public sealed class SchedulesTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operators_see_pause_resume_and_run_a_task()
    {
        var store = api.Host.Services.GetRequiredService<ScheduleStore>();
        await store.RegisterAsync([new() { Id = "probe", Description = "Probes.", Cron = "30 3 * * *", TimeZone = "Asia/Seoul" }], Token);
        await store.SetNextAsync("probe", new(2026, 11, 22, 18, 30, 0, TimeSpan.Zero), Token);
        var (client, _) = await api.NewClientAsync(Role.Operator);

        var fresh = (await client.GetAsync("/api/schedules")).Json.GetProperty("schedules").EnumerateArray().Single();
        fresh.GetProperty("state").GetString().ShouldBe("active");
        fresh.GetProperty("next_run_at").GetString().ShouldBe("2026-11-22T18:30:00+00:00");
        fresh.TryGetProperty("last_run", out _).ShouldBeFalse();

        var paused = await client.PostAsync("/api/schedules/probe/pause", "{}");
        (paused.Status, paused.State, paused.Json.TryGetProperty("next_run_at", out _)).ShouldBe((200, "paused", false));
        var asked = await client.PostAsync("/api/schedules/probe/run", "{}");
        (asked.Status, asked.Json.TryGetProperty("requested_at", out _)).ShouldBe((202, true));
        (await store.TryBeginAsync("probe", asked: true, Token)).ShouldBeTrue();
        await store.EndAsync("probe", ScheduleOutcome.Failed, "On purpose.", Token);

        var resumed = (await client.PostAsync("/api/schedules/probe/resume", "{}")).Json;
        resumed.GetProperty("state").GetString().ShouldBe("active");
        resumed.GetProperty("last_run").GetProperty("outcome").GetString().ShouldBe("failed");
        resumed.GetProperty("last_run").GetProperty("error").GetString().ShouldBe("On purpose.");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task A_task_that_does_not_exist_is_not_found(string verb) =>
        (await (await api.NewClientAsync(Role.Operator)).Client.PostAsync($"/api/schedules/nobody's/{verb}", "{}")).ShouldBeProblem(404, "schedule-not-found");

    [Theory]
    [InlineData("run")]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task A_client_sees_tasks_and_steers_none(string verb)
    {
        var (client, _) = await api.NewClientAsync();

        (await client.GetAsync("/api/schedules")).Status.ShouldBe(200);
        (await client.PostAsync($"/api/schedules/probe/{verb}", "{}")).ShouldBeProblem(403, "forbidden").Says("this needs operator");
    }

    [Fact]
    public async Task Nobody_sees_schedules_without_a_key() =>
        (await api.Host.Client().GetAsync("/api/schedules")).ShouldBeProblem(401, "unauthorized");
}
