using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Shares;

public sealed class FullQueueTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Text = """{"text":"good news"}""";

    [Fact]
    public async Task A_queue_that_one_client_fills_takes_the_few_jobs_of_another()
    {
        await using var host = await ApiHost.StartAsync(
            database.ConnectionString, worker: null, ("Relay:WindowMin", "1"), ("Queues:emotion:DepthMax", "4"), ("Queues:emotion:ReserveShare", "0.5"));
        await host.AddKeyAsync("admin");
        using var greedy = host.Client(await host.AddKeyAsync("greedy"));
        using var other = host.Client(await host.AddKeyAsync("other"));
        for (var i = 0; i < 4; i++)
        {
            (await greedy.PostAsync("/api/emotion", Text)).Status.ShouldBe(202);
        }

        (await greedy.PostAsync("/api/emotion", Text)).ShouldBeProblem(429, "queue-full");

        (await other.PostAsync("/api/emotion", Text)).Status.ShouldBe(202);
        (await other.PostAsync("/api/emotion", Text)).Status.ShouldBe(202);
        (await other.PostAsync("/api/emotion", Text)).ShouldBeProblem(429, "queue-full");
    }
}
