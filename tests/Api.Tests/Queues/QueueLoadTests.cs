using Dapper;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Queues;

/// <summary>Each with a database of its own: a queue stays paused, and full, after its host.</summary>
public sealed class QueueLoadTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Waiting_jobs_count_in_workers_and_a_paused_queue_asks_for_none()
    {
        await using var host = await ApiHost.StartAsync(_database.ConnectionString, worker: null, ("Queues:emotion:Prefetch", "8"));
        using var client = host.Client();
        (await LoadAsync(host, client)).ShouldBe((0, 0, 0));

        var texts = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"text {i}\""));
        (await client.PostAsync("/api/emotion", $$"""{"texts":[{{texts}}]}""")).Status.ShouldBe(202);

        (await LoadAsync(host, client)).ShouldBe((2.5, 20, 0));

        await client.SendAsync(HttpMethod.Put, "/api/pauses/queue/emotion", content: null);
        (await LoadAsync(host, client)).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task Running_jobs_count_beside_waiting_ones_and_while_the_queue_is_paused()
    {
        var worker = new ScriptedEmotion();
        await using var host = await ApiHost.StartAsync(_database.ConnectionString, worker, ("Queues:emotion:Prefetch", "2"));
        using var client = host.Client();
        foreach (var text in (string[])["hold one", "hold two"])
        {
            await SubmitAsync(client, text);
            await worker.StartedAsync(text);
        }

        await SubmitAsync(client, "hold three");

        (await LoadAsync(host, client)).ShouldBe((1.5, 1, 2));

        // Nothing more of it starts, and no worker is taken away from what runs.
        await client.SendAsync(HttpMethod.Put, "/api/pauses/queue/emotion", content: null);
        (await LoadAsync(host, client)).ShouldBe((1, 0, 2));

        await client.SendAsync(HttpMethod.Delete, "/api/pauses/queue/emotion", content: null);
        foreach (var text in (string[])["hold one", "hold two", "hold three"])
        {
            worker.Release(text);
        }

        await Eventually.TrueAsync(async () => await LoadAsync(host, client) == (0, 0, 0));
    }

    [Fact]
    public async Task Before_the_first_sample_the_answer_is_an_error_because_none_would_stop_all_workers()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("lock table workers in access exclusive mode", transaction: transaction); // Which every sample reads.
        await using var host = await ApiHost.StartAsync(_database.ConnectionString, worker: null);
        using var client = host.Client();

        (await client.GetAsync("/api/queues/emotion/load")).ShouldBeProblem(503, "store-unavailable");

        await transaction.RollbackAsync();
        (await LoadAsync(host, client)).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_queue_that_no_kind_has_is_not_found()
    {
        await using var host = await ApiHost.StartAsync(_database.ConnectionString, worker: null);
        using var client = host.Client();

        (await client.GetAsync("/api/queues/nothing/load")).ShouldBeProblem(404, "queue-not-found");
    }

    private static async Task SubmitAsync(ApiClient client, string text) =>
        (await client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""")).Status.ShouldBe(202);

    private static async Task<(double Load, int Waiting, int Running)> LoadAsync(ApiHost host, ApiClient client)
    {
        await host.SampleQueuesAsync();
        var answer = (await client.GetAsync("/api/queues/emotion/load")).Json;
        return (answer.GetProperty("load").GetDouble(), answer.GetProperty("waiting").GetInt32(), answer.GetProperty("running").GetInt32());
    }
}
