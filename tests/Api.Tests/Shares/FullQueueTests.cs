using System.Text;
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

    [Fact]
    public async Task A_batch_that_its_full_queue_does_not_take_is_not_read_to_its_end()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(
            database.ConnectionString, worker: null, ("Relay:WindowMin", "1"), ("Queues:emotion-bulk:DepthMax", "1500"), ("Queues:emotion-bulk:ReserveShare", "0.01"));
        using var client = host.Client();
        (await client.PostLinesAsync("/api/jobs/batch?kind=emotion", Enumerable.Repeat(Text, 1_500))).Status.ShouldBe(202);

        var items = string.Concat(Enumerable.Repeat(Text + "\n", 1_200));
        await using var held = await HeldBody.BeginAsync(host.Address, "/api/jobs/batch?kind=emotion", key: null, "application/x-ndjson", items);

        // The body goes on for ever, and the answer is there.
        var answer = new byte["HTTP/1.1 429".Length];
        await held.Stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Encoding.ASCII.GetString(answer).ShouldBe("HTTP/1.1 429");
    }
}
