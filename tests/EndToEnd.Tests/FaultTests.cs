using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests;

public sealed class FaultTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    private const int TextsPerRequest = 200;

    [Fact]
    public async Task Jobs_of_a_worker_that_is_killed_are_done_by_another_once()
    {
        await using var api = await system.StartApiAsync();
        using var client = new PipelineClient(api.Address);
        await using var doomed = await system.StartWorkerAsync();

        List<Guid> ids = [];
        for (var i = 0; i < 10; i++)
        {
            ids.AddRange(await client.SubmitAsync(Texts(i)));
        }

        // Held still while it is looked at, so that it dies in the middle of jobs and not between them.
        await Eventually.TrueAsync(async () =>
        {
            await doomed.SignalAsync("STOP");
            if ((await system.CountStatesAsync(ids)).Any(state => state.State == "running"))
            {
                return true;
            }

            await doomed.SignalAsync("CONT");
            return false;
        });
        await doomed.KillAsync();

        await using var heir = await system.StartWorkerAsync();
        var jobs = await client.FinishAsync(ids);

        jobs.ShouldAllBe(job => job.GetProperty("state").GetString() == "succeeded");
        jobs.ShouldContain(job => job.GetProperty("attempt").GetInt32() == 2);
        (await system.CountStatesAsync(ids)).ShouldBe([("succeeded", ids.Count)]);
        (await heir.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Jobs_are_accepted_while_the_broker_is_down_and_done_once_it_is_back()
    {
        await using var api = await system.StartApiAsync();
        await using var worker = await system.StartWorkerAsync();
        using var client = new PipelineClient(api.Address);
        await system.Servers.ControlAsync("stop", "rabbitmq");

        var ids = await client.SubmitAsync(Texts(0));
        client.Retries.ShouldBe(0);
        (await system.CountStatesAsync(ids)).ShouldBe([("queued", TextsPerRequest)]);
        await system.Servers.ControlAsync("start", "rabbitmq");

        (await client.FinishAsync(ids)).ShouldAllBe(job => job.GetProperty("state").GetString() == "succeeded");
    }

    [Fact]
    public async Task Nothing_that_was_accepted_is_lost_when_postgres_restarts_under_load()
    {
        await using var api = await system.StartApiAsync();
        await using var worker = await system.StartWorkerAsync();
        using var client = new PipelineClient(api.Address);
        using var stop = new CancellationTokenSource();
        var accepted = new List<Guid>();
        var load = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                accepted.AddRange(await client.SubmitAsync(Texts(i)[..20]));
            }
        });

        await system.Servers.ControlAsync("restart", "postgres");
        await system.Servers.ControlAsync("restart", "postgres");
        await stop.CancelAsync();
        await load;

        (await client.FinishAsync(accepted)).ShouldAllBe(job => job.GetProperty("state").GetString() == "succeeded");
        (await system.CountStatesAsync(accepted)).ShouldBe([("succeeded", accepted.Count)]);
    }

    [Fact]
    public async Task Jobs_of_a_queue_that_takes_nothing_are_sent_again_and_again_until_it_takes_them()
    {
        await using var api = await system.StartApiAsync(("Broker:ConfirmTimeout", "00:00:01"));
        await using var worker = await system.StartWorkerAsync();
        using var client = new PipelineClient(api.Address);
        await client.FinishAsync(await client.SubmitAsync(["the queue is there"]));
        await system.Servers.SuspendQueueAsync("emotion");

        // More than RabbitMQ takes from a connection while one of its queues takes nothing: 400 messages.
        List<Guid> ids = [];
        for (var i = 0; i < 5; i++)
        {
            ids.AddRange(await client.SubmitAsync(Texts(i)));
        }

        await Eventually.TrueAsync(() => system.AnyIsGivenBackAsync(ids));
        await system.Servers.ResumeQueueAsync("emotion");

        (await client.FinishAsync(ids)).ShouldAllBe(job => job.GetProperty("state").GetString() == "succeeded");
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_relays_is_replaced_within_seconds()
    {
        const string Pause = "insert into pauses (scope, name, queues, paused_by) values ('queue', 'emotion', '{emotion}', '00000000-0000-0000-0000-000000000000')";
        const string Resume = "delete from pauses";
        const string Waiting = "select count(*)::int from dispatches where queue = 'emotion' and dispatched_at is null";
        await using var leader = await system.StartApiAsync(("Relay:WindowMin", "10000"));
        using (var first = new PipelineClient(leader.Address))
        {
            // What waited goes on, so it leads: there is nobody else.
            await system.ScalarAsync<int>(Pause);
            await first.SubmitAsync(["a backlog"]);
            await Eventually.TrueAsync(async () => await system.ScalarAsync<int>(Waiting) > 0);
            await system.ScalarAsync<int>(Resume);
            await Eventually.TrueAsync(async () => await system.ScalarAsync<int>(Waiting) == 0);
        }

        await using var heir = await system.StartApiAsync(("Relay:WindowMin", "10000"));
        using var second = new PipelineClient(heir.Address);
        await system.ScalarAsync<int>(Pause);
        await Eventually.TrueAsync(async () =>
        {
            await second.SubmitAsync(Texts(0)[..20]);
            return await system.ScalarAsync<int>(Waiting) > 0;
        });
        await leader.KillAsync();
        var killed = TimeProvider.System.GetTimestamp();
        await system.ScalarAsync<int>(Resume);

        await Eventually.TrueAsync(async () => await system.ScalarAsync<int>(Waiting) == 0);

        TimeProvider.System.GetElapsedTime(killed).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    private static string[] Texts(int request) =>
        [.. Enumerable.Range(0, TextsPerRequest).Select(i => i % 2 == 0 ? $"오늘은 정말 행복한 날이에요 {request}-{i}" : $"I am furious about text {request}-{i}")];
}
