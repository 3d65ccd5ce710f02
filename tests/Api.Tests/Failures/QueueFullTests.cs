using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Failures;

public sealed class QueueFullTests
{
    [Fact]
    public async Task A_full_queue_refuses_all_texts_and_says_when_to_come_back()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Queues:emotion:DepthMax", "3"));
        using var client = host.Client();
        (await client.PostAsync("/api/emotion", """{"texts":["a","b"]}""")).Status.ShouldBe(202);
        await host.SampleQueuesAsync(); // One that was on its way may count them twice.

        var refused = await client.PostAsync("/api/emotion", """{"texts":["c","d"]}""");

        refused.ShouldBeProblem(429, "queue-full").Says("Queues:emotion:DepthMax");
        int.Parse(refused.Headers["Retry-After"], null).ShouldBeGreaterThan(0);
        (await client.PostAsync("/api/emotion", """{"text":"c"}""")).Status.ShouldBe(202);
        (await client.PostAsync("/api/emotion", """{"text":"d","priority":"bulk"}""")).Status.ShouldBe(202);
        (await client.PostAsync("/api/emotion", """{"text":"e"}""")).ShouldBeProblem(429, "queue-full");
        (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(4);
    }
}
