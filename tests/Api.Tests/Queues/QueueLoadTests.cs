using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Queues;

public sealed class QueueLoadTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Waiting_and_running_jobs_count_in_workers_and_a_paused_queue_asks_for_none()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Queues:emotion:Prefetch", "8"));
        using var client = host.Client();
        (await LoadAsync(host, client)).ShouldBe((0, 0));

        var texts = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"text {i}\""));
        (await client.PostAsync("/api/emotion", $$"""{"texts":[{{texts}}]}""")).Status.ShouldBe(202);

        (await LoadAsync(host, client)).ShouldBe((2.5, 20));

        await client.SendAsync(HttpMethod.Put, "/api/pauses/queue/emotion", content: null);
        (await LoadAsync(host, client)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_queue_that_no_kind_has_is_not_found()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();

        (await client.GetAsync("/api/queues/nothing/load")).ShouldBeProblem(404, "queue-not-found");
    }

    private static async Task<(double Load, int Waiting)> LoadAsync(ApiHost host, ApiClient client)
    {
        await host.SampleQueuesAsync();
        var answer = (await client.GetAsync("/api/queues/emotion/load")).Json;
        return (answer.GetProperty("load").GetDouble(), answer.GetProperty("waiting").GetInt32());
    }
}
