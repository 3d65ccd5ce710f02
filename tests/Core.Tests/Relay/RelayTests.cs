using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Broker;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.Core.Relay;
using Pipeline.Core.Steering;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Relay;

/// <summary>The backlog waits in the database, and only a window of it is with the broker.</summary>
public sealed class RelayTests : IAsyncLifetime
{
    private static readonly Guid Flood = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    // Both times are those of the transaction.
    private const string DirectlySent = "select count(*)::int from dispatches join jobs on jobs.id = job_id where dispatched_at = jobs.created_at";

    private PostgresDatabase? _database;
    private Dictionary<string, string?> _settings = [];

    private PostgresDatabase Database => _database!;

    public async ValueTask InitializeAsync()
    {
        // Of its own: what is on its way counts for all of a database.
        _database = await PostgresDatabase.CreateAsync();
        _settings = await TestPipeline.SettingsAsync(Database);
        _settings["Relay:WindowMin"] = "4";
        _settings["Relay:WindowTime"] = "00:00:00.010";
        _settings["Queues:emotion:Prefetch"] = "2";
        _settings["Queues:emotion:ItemsPerMessage"] = "1";
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Fact]
    public async Task The_broker_has_no_more_than_the_window_however_much_waits()
    {
        await using var accepting = await AcceptingAsync();
        var ids = await SubmitAsync(accepting, Flood, 100);
        await Eventually.TrueAsync(async () => await CountAsync(accepting) == 4);
        await RoundsAsync();
        (await CountAsync(accepting)).ShouldBe(4);

        await using var worker = await WorkerAsync();

        await Task.WhenAll(ids.Select(id => accepting.FinishAsync(Flood, id)));
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select not exists (select from dispatches)"));
        worker.Script.Calls.Count.ShouldBe(100);
    }

    [Fact]
    public async Task While_nothing_waits_a_job_is_sent_from_memory_after_its_commit_and_behind_a_backlog_by_the_relay()
    {
        _settings["Relay:WindowMin"] = "100";
        await using var accepting = await AcceptingAsync();
        var windows = accepting.Services.GetRequiredService<DispatchWindows>();
        await Eventually.TrueAsync(() => Task.FromResult(windows.Seen is not null));
        for (var i = 0; i < 5; i++)
        {
            await SubmitAsync(accepting, Flood, 1);
        }

        // Marked by the transaction that accepted them: nobody claimed them afterwards, and the broker has them.
        await Eventually.TrueAsync(async () => await CountAsync(accepting) == 5);
        (await ScalarAsync<int>(DirectlySent)).ShouldBe(5);

        await PauseAsync(accepting);
        await Eventually.TrueAsync(() => Task.FromResult(windows.Seen!.Of("emotion").IsPaused));
        await SubmitAsync(accepting, Flood, 1);
        (await ScalarAsync<int>("select count(*)::int from dispatches where dispatched_at is null")).ShouldBe(1);
        await accepting.Services.GetRequiredService<PauseStore>().ResumeAsync(PauseScope.Queue, "emotion", CancellationToken.None);

        await Eventually.TrueAsync(async () => await CountAsync(accepting) == 6);
        (await ScalarAsync<int>(DirectlySent)).ShouldBe(5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_processes_send_each_message_once(bool fromBacklog)
    {
        _settings["Relay:WindowMin"] = "10000";
        TestPipeline[] processes = [await AcceptingAsync(), await AcceptingAsync(), await AcceptingAsync()];
        if (fromBacklog)
        {
            await PauseAsync(processes[0]);
            await Eventually.TrueAsync(() => Task.FromResult(processes.All(process => process.Services.GetRequiredService<DispatchWindows>().Seen?.Of("emotion").IsPaused is true)));
        }

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => SubmitAsync(processes[i % 3], i % 2 == 0 ? Flood : Other, 1)));
        if (fromBacklog)
        {
            (await ScalarAsync<int>("select count(*)::int from dispatches where dispatched_at is null")).ShouldBe(300);
            await processes[0].Services.GetRequiredService<PauseStore>().ResumeAsync(PauseScope.Queue, "emotion", CancellationToken.None);
        }

        await Eventually.TrueAsync(async () => await CountAsync(processes[0]) >= 300);
        await RoundsAsync();

        (await CountAsync(processes[0])).ShouldBe(300);
        (await ScalarAsync<int>("select count(*)::int from dispatches where dispatched_at is not null")).ShouldBe(300);
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_client_beside_a_flood_waits_for_a_window_and_not_for_the_flood()
    {
        await using var accepting = await AcceptingAsync();
        await using var worker = await WorkerAsync();
        var gate = new SemaphoreSlim(0);
        worker.Script.Run = HandlerScript.Behind(gate);
        var flood = await SubmitAsync(accepting, Flood, 200);
        await worker.CalledAsync();
        var other = await SubmitAsync(accepting, Other, 1);

        // The two that run, the two behind them, and those of the round that it is in, which are sent side by side.
        gate.Release(12);
        await accepting.FinishAsync(Other, other[0]);

        (await ScalarAsync<int>("select count(*)::int from jobs where state = 'queued'")).ShouldBeGreaterThan(180);
        gate.Release(200);
        await Task.WhenAll(flood.Select(id => accepting.FinishAsync(Flood, id)));
    }

    [Fact]
    public async Task A_process_that_stands_by_goes_on_where_the_leader_ended()
    {
        var first = await AcceptingAsync();
        await using var second = await AcceptingAsync();
        var ids = await SubmitAsync(first, Flood, 20);
        await Eventually.TrueAsync(async () => await CountAsync(first) == 4);
        await first.DisposeAsync();

        await using var worker = await WorkerAsync();

        await Task.WhenAll(ids.Select(id => second.FinishAsync(Flood, id)));
        worker.Script.Calls.Count.ShouldBe(20);
    }

    [Fact]
    public async Task A_retry_goes_before_what_its_client_sent_later()
    {
        await using var accepting = await AcceptingAsync();
        await using var worker = await WorkerAsync();
        Guid? failed = null;
        var sync = new Lock();
        worker.Script.Run = (_, context, _) =>
        {
            lock (sync)
            {
                if (failed is null)
                {
                    failed = context.JobId;
                    throw new InvalidOperationException("not yet");
                }
            }

            return Task.FromResult(HandlerScript.Neutral);
        };

        var ids = await SubmitAsync(accepting, Flood, 300);
        await Task.WhenAll(ids.Select(id => accepting.FinishAsync(Flood, id)));

        // Behind the others it would be the very last.
        worker.Script.Calls.Select(call => call.JobId).ToList().LastIndexOf(failed!.Value).ShouldBeInRange(1, 290);
    }

    [Fact]
    public async Task A_worker_gives_back_what_it_holds_of_a_paused_queue_and_finishes_what_it_runs()
    {
        await using var accepting = await AcceptingAsync();
        await using var worker = await WorkerAsync();
        var gate = new SemaphoreSlim(0);
        worker.Script.Run = HandlerScript.Behind(gate);
        var ids = await SubmitAsync(accepting, Flood, 4);
        await worker.CalledAsync();
        await worker.CalledAsync();
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select count(*) = 4 from dispatches where dispatched_at is not null"));

        var pauses = accepting.Services.GetRequiredService<PauseStore>();
        await PauseAsync(accepting);
        await Eventually.TrueAsync(() => Task.FromResult(worker.Services.GetRequiredService<WorkerSteering>().Held("emotion").IsCancellationRequested));

        // At once, while two run.
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select count(*) = 2 from dispatches where dispatched_at is null"));
        gate.Release(4);
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select count(*) = 2 from jobs where state = 'succeeded'"));
        worker.Script.Calls.Count.ShouldBe(2);
        await pauses.ResumeAsync(PauseScope.Queue, "emotion", CancellationToken.None);
        await Task.WhenAll(ids.Select(id => accepting.FinishAsync(Flood, id)));
        worker.Script.Calls.Count.ShouldBe(4);
    }

    private static async Task PauseAsync(TestPipeline pipeline) => await pipeline.Services.GetRequiredService<PauseStore>().PauseAsync(
        PauseScope.Queue, "emotion", ["emotion"], clientId: null, reason: null, Client.LocalId, CancellationToken.None);

    private Task<TestPipeline> AcceptingAsync() => TestPipeline.StartAsync(Database, _settings, roles => roles.AddIntake());

    private Task<TestPipeline> WorkerAsync() =>
        TestPipeline.StartAsync(Database, _settings, roles => roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>());

    private static async Task<Guid[]> SubmitAsync(TestPipeline pipeline, Guid client, int count)
    {
        NewJob[] jobs = [.. Enumerable.Range(0, count).Select(i => TestPipeline.OneJob($"text {i}").Jobs[0])];
        await pipeline.SubmitAsync(new Submission { ClientId = client, Jobs = jobs });
        return [.. jobs.Select(job => job.Id)];
    }

    private static Task<int> CountAsync(TestPipeline pipeline) =>
        pipeline.Services.GetRequiredService<BrokerQueues>().CountMessagesAsync("emotion", CancellationToken.None);

    /// <summary>Several rounds of the relay: the time of the server tells.</summary>
    private async Task RoundsAsync()
    {
        var until = await ScalarAsync<DateTime>("select now() + interval '500 ms'");
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select now() > @until", new { until }));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    private async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }
}
