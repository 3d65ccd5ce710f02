using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Limits;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Relay;

/// <summary>What goes first of a client, and how much of it at once.</summary>
public sealed class RelayOrderTests : IAsyncLifetime
{
    private readonly Guid _limited = Guid.CreateVersion7();
    private readonly Guid _other = Guid.CreateVersion7();

    private PostgresDatabase? _database;
    private Dictionary<string, string?> _settings = [];

    private PostgresDatabase Database => _database!;

    public async ValueTask InitializeAsync()
    {
        // Of its own: what is on its way counts for all of a database.
        _database = await PostgresDatabase.CreateAsync();
        _settings = await TestPipeline.SettingsAsync(Database);
        await ExecuteAsync("insert into clients (id, name, jobs_in_flight) values (@Limited, 'limited', 3), (@Other, 'other', null)", new { Limited = _limited, Other = _other });
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Fact]
    public async Task A_job_that_is_canceled_and_retried_costs_as_much_as_before()
    {
        await using var accepting = await AcceptingAsync();
        var id = await accepting.SubmitAsync(new string('x', 4_000));
        var before = await CostAsync();
        await accepting.Store.CancelAsync(Client.LocalId, id, CancellationToken.None);

        (await accepting.Store.RetryAsync(Client.LocalId, id, CancellationToken.None)).ShouldBeOfType<JobChange.Done>();

        (await CostAsync()).ShouldBe(before);
        before.ShouldBeGreaterThan(1_000);

        async Task<float> CostAsync()
        {
            await using var connection = await Database.DataSource.OpenConnectionAsync();
            return await connection.QuerySingleAsync<float>("select cost from dispatches where job_id = @Id order by id desc limit 1", new { Id = id });
        }
    }

    [Fact]
    public async Task A_client_has_no_more_jobs_in_flight_than_it_may_and_nobody_waits_for_it()
    {
        await using var accepting = await AcceptingAsync();
        await using var worker = await WorkerAsync();
        using SemaphoreSlim gate = new(0);
        var (running, most) = (0, 0);
        worker.Script.Run = async (_, context, cancellationToken) =>
        {
            if (context.ClientId == _limited)
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await gate.WaitAsync(cancellationToken);
                Interlocked.Decrement(ref running);
            }

            return HandlerScript.Neutral;
        };

        // In one request, whose jobs would share messages of four, and in many.
        var ids = await SubmitAsync(accepting, _limited, new() { JobsInFlight = 3 }, 16);
        for (var i = 0; i < 4; i++)
        {
            ids = [.. ids, .. await SubmitAsync(accepting, _limited, new() { JobsInFlight = 3 }, 1)];
        }

        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref running) == 3));

        // The window has room, and the others go straight to the broker.
        var other = await SubmitAsync(accepting, _other, ClientLimits.None, 1);
        await accepting.FinishAsync(_other, other[0]);
        (await InFlightAsync(_limited)).ShouldBe(3);

        gate.Release(100);
        await Task.WhenAll(ids.Select(id => accepting.FinishAsync(_limited, id)));
        most.ShouldBe(3);
    }

    [Fact]
    public async Task All_clients_have_the_limit_of_the_options_unless_they_have_their_own()
    {
        _settings["Limits:JobsInFlight"] = "2";
        await using var accepting = await AcceptingAsync();
        await SubmitAsync(accepting, _other, new() { JobsInFlight = 2 }, 10);
        await SubmitAsync(accepting, _limited, new() { JobsInFlight = 3 }, 10);

        await Eventually.TrueAsync(async () => await InFlightAsync(_other) == 2 && await InFlightAsync(_limited) == 3);
        await accepting.Services.GetRequiredService<QueueStatistics>().SampleAsync(CancellationToken.None);

        // They wait, if only for themselves.
        accepting.Services.GetRequiredService<QueueStatistics>().Current.Single(queue => queue.Queue == "emotion").ClientsWaiting.ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_client_the_earliest_deadline_goes_first_and_what_has_none_last()
    {
        var now = TimeProvider.System.GetUtcNow();
        await ExecuteAsync("insert into pauses (scope, name, queues, paused_by) values ('queue', 'emotion', '{emotion}', @Other)", new { Other = _other });
        await using var accepting = await AcceptingAsync();
        var none = await SubmitAsync(accepting, _other, ClientLimits.None, 1);
        var late = await SubmitAsync(accepting, _other, ClientLimits.None, 1, now.AddHours(2));
        var early = await SubmitAsync(accepting, _other, ClientLimits.None, 1, now.AddHours(1));
        var batch = await SubmitBatchAsync(accepting, now.AddMinutes(90), null);
        var retried = await SubmitAsync(accepting, _other, ClientLimits.None, 1);
        await ExecuteAsync("update dispatches set ahead = true where job_id = @Id", new { Id = retried[0] });

        var heads = await accepting.Services.GetRequiredService<DispatchStore>().HeadsAsync(
            "emotion", new Dictionary<Guid, double> { [_other] = 1 }, perClient: 10, CancellationToken.None);

        await using var connection = await Database.DataSource.OpenConnectionAsync();
        var jobs = (await connection.QueryAsync<(long Id, Guid JobId)>("select id, job_id from dispatches")).ToDictionary(row => row.Id, row => row.JobId);
        heads.Select(head => jobs[head.Id]).ShouldBe([retried[0], early[0], batch[0], late[0], none[0], batch[1]]);
    }

    [Fact]
    public async Task A_job_without_anybody_to_do_it_does_not_know_whether_it_will_meet_its_deadline()
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var accepting = await AcceptingAsync();
        var waiting = await SubmitAsync(accepting, _limited, new() { JobsInFlight = 3 }, 1, now.AddHours(1));
        var jobs = accepting.Services.GetRequiredService<WaitingJobs>();
        var job = (await accepting.Store.FindAsync(_limited, waiting[0], CancellationToken.None))!;
        job.Deadline!.Value.ShouldBe(now.AddHours(1), TimeSpan.FromMilliseconds(1));

        (await jobs.FindAsync(job, CancellationToken.None))!.DeadlineLikely.ShouldBeNull();
        (await jobs.FindAsync(job with { Deadline = now.AddSeconds(-1) }, CancellationToken.None))!.DeadlineLikely.ShouldBe(false);
        (await jobs.FindAsync(job with { Deadline = null }, CancellationToken.None))!.DeadlineLikely.ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 0, 0)] // A free slot.
    [InlineData(20, 0, null)] // Nothing has ended yet.
    [InlineData(20, 2, 10)]
    public void How_long_a_job_waits_follows_from_what_is_before_it_and_the_rate_of_the_queue(int ahead, double perSecond, int? seconds) =>
        WaitingJobs.Wait(
            new()
            {
                Queue = "emotion",
                IsPaused = false,
                AcceptedPerMinute = 0,
                Depth = 100_000,
                DepthMax = 100_000,
                Dispatched = 0,
                Running = 0,
                OldestSeconds = null,
                FinishedPerMinute = 0,
                DrainPerSecond = perSecond,
                Workers = 1,
                Slots = 1,
                ClientsWaiting = 1,
            },
            ahead).ShouldBe(seconds is { } known ? TimeSpan.FromSeconds(known) : null);

    [Theory]
    [InlineData(10, 9, null, true, true)]
    [InlineData(10, 11, null, true, false)]
    [InlineData(10, 9, null, false, true)]
    [InlineData(10, 11, null, false, null)] // Not all before it were counted: it may be earlier.
    [InlineData(10, null, null, true, null)]
    [InlineData(0, 9, null, true, false)]
    [InlineData(10, 4, 5, true, true)] // It starts in time, and takes a while.
    [InlineData(10, 6, 5, true, false)]
    [InlineData(10, 6, 5, false, null)]
    [InlineData(10, null, 5, true, null)]
    [InlineData(10, null, 11, true, false)] // Even if it started now.
    public void A_deadline_is_likely_to_be_met_if_the_job_is_done_by_then(int deadline, int? eta, int? running, bool isKnown, bool? likely)
    {
        var now = TimeProvider.System.GetUtcNow();
        WaitingJobs.IsLikely(
            now.AddSeconds(deadline),
            eta is { } start ? now.AddSeconds(start) : null,
            running is { } time ? TimeSpan.FromSeconds(time) : null,
            now,
            isKnown).ShouldBe(likely);
    }

    [Fact]
    public async Task A_job_whose_kind_takes_longer_than_there_is_time_for_will_miss_its_deadline()
    {
        await ExecuteAsync("insert into kind_costs (kind, jobs, estimated, worker_seconds) values ('emotion', 100, 100, 100 * 7200)", new { });
        await using var accepting = await AcceptingAsync();
        var now = TimeProvider.System.GetUtcNow();
        var waiting = await SubmitAsync(accepting, _other, ClientLimits.None, 1, now.AddHours(1));
        var jobs = accepting.Services.GetRequiredService<WaitingJobs>();
        var job = (await accepting.Store.FindAsync(_other, waiting[0], CancellationToken.None))!;

        (await jobs.FindAsync(job, CancellationToken.None))!.DeadlineLikely.ShouldBe(false);
        (await jobs.FindAsync(job with { Deadline = now.AddHours(3) }, CancellationToken.None))!.DeadlineLikely.ShouldBeNull();
    }

    private Task<TestPipeline> AcceptingAsync() => TestPipeline.StartAsync(Database, Settings(), roles => roles.AddIntake());

    private Task<TestPipeline> WorkerAsync() =>
        TestPipeline.StartAsync(Database, Settings(), roles => roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>());

    private Dictionary<string, string?> Settings() => new(_settings)
    {
        ["Relay:WindowMin"] = "100",
        ["Relay:WindowTime"] = "00:00:00.010",
        ["Relay:WindowFactor"] = "1.1",
        ["Queues:emotion:Prefetch"] = "64",
    };

    private static async Task<Guid[]> SubmitAsync(TestPipeline pipeline, Guid client, ClientLimits limits, int count, DateTimeOffset? deadline = null)
    {
        NewJob[] jobs = [.. Enumerable.Range(0, count).Select(i => TestPipeline.OneJob($"text {i}").Jobs[0] with { Deadline = deadline })];
        (await pipeline.SubmitAsync(new Submission { ClientId = client, Limits = limits, Jobs = jobs })).ShouldBeOfType<SubmissionReply.Accepted>();
        return [.. jobs.Select(job => job.Id)];
    }

    private async Task<Guid[]> SubmitBatchAsync(TestPipeline pipeline, params DateTimeOffset?[] deadlines)
    {
        var job = TestPipeline.OneJob("batch").Jobs[0];
        NewBatch batch = new()
        {
            Id = Guid.CreateVersion7(),
            ClientId = _other,
            Queues = new Dictionary<string, int> { [job.Queue] = deadlines.Length },
            Items = () => deadlines.Select(deadline => new NewBatchItem { Kind = job.Kind, Queue = job.Queue, InputJson = job.InputJson, Deadline = deadline }),
        };
        await pipeline.Services.GetRequiredService<BatchIntake>().SubmitAsync(batch, CancellationToken.None);
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return [.. await connection.QueryAsync<Guid>("select id from jobs where batch_id = @Id order by batch_index", new { batch.Id })];
    }

    private async Task<int> InFlightAsync(Guid client)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>("select coalesce(sum(jobs), 0)::int from dispatches where client_id = @client and dispatched_at is not null", new { client });
    }

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }
}
