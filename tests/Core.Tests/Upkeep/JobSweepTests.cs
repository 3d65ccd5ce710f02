using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
using Pipeline.Core.Upkeep;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Upkeep;

public sealed class JobSweepTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_job_whose_worker_died_is_done_by_another()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        var id = await accepting.SubmitAsync("text");
        await RunOnDeadWorkerAsync(id);

        await Eventually.TrueAsync(async () => (await accepting.FindAsync(id)).Deaths == 1);
        (await accepting.FindAsync(id)).ErrorCode.ShouldBe(JobErrorCode.WorkerLost);

        await using var working = await TestPipeline.StartAsync(database, settings);
        var job = await working.FinishAsync(id);
        (job.State, job.Attempt, job.Deaths, job.Error).ShouldBe((JobState.Succeeded, 2, 1, null));
    }

    [Fact]
    public async Task A_job_that_took_two_workers_down_is_quarantined_and_can_be_retried_by_hand()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: pipeline => pipeline.AddIntake());
        var id = await pipeline.SubmitAsync("text");
        for (var deaths = 1; deaths <= 2; deaths++)
        {
            await RunOnDeadWorkerAsync(id);
            await Eventually.TrueAsync(async () => (await pipeline.FindAsync(id)).Deaths == deaths);
        }

        var job = await pipeline.FindAsync(id);
        (job.State, job.ErrorCode).ShouldBe((JobState.Failed, JobErrorCode.Quarantined));
        job.Error.ShouldNotBeNull().ShouldContain("2 workers died");

        (await pipeline.Store.RetryAsync(Client.LocalId, id, CancellationToken.None)).ShouldBeOfType<JobChange.Done>().Job.Deaths.ShouldBe(0);
    }

    [Fact]
    public async Task Jobs_that_a_worker_died_beside_run_one_at_a_time()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        var candidates = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => accepting.SubmitAsync($"candidate {i}")));
        foreach (var id in candidates)
        {
            await RunOnDeadWorkerAsync(id);
        }

        var (running, most) = (0, 0);
        var script = new HandlerScript
        {
            Run = async (job, _, _) =>
            {
                if (job.Text.StartsWith("candidate", StringComparison.Ordinal))
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                }

                return HandlerScript.Neutral;
            },
        };
        await using var working = await TestPipeline.StartAsync(database, settings, script: script);
        var jobs = await Task.WhenAll(candidates.Select(working.FinishAsync));

        jobs.ShouldAllBe(job => job.State == JobState.Succeeded && job.Deaths == 1);
        most.ShouldBe(1);
    }

    [Fact]
    public async Task Jobs_that_ran_together_are_suspected_together_and_none_of_them_is_convicted()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: pipeline => pipeline.AddIntake());
        var ids = await SubmitAsync(pipeline, 5);
        await RunOnDeadWorkerAsync(ids);
        await SweptAsync(ids, deaths: 1, suspects: 5);

        // Two of them again: half as many, whom a second death does not convict.
        await RunOnDeadWorkerAsync(ids[..2]);
        await SweptAsync(ids[..2], deaths: 2, suspects: 2);
        (await pipeline.FindAsync(ids[0])).State.ShouldBe(JobState.Queued);

        // One alone.
        await RunOnDeadWorkerAsync(ids[0]);
        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(ids[0])).ErrorCode == JobErrorCode.Quarantined);
        (await pipeline.FindAsync(ids[1])).State.ShouldBe(JobState.Queued);
    }

    [Fact]
    public async Task Nobody_beside_a_poison_candidate_is_charged_with_its_death()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: pipeline => pipeline.AddIntake());
        var ids = await SubmitAsync(pipeline, 4);
        await RunOnDeadWorkerAsync(ids[0]);
        await SweptAsync(ids[..1], deaths: 1, suspects: 1);

        await RunOnDeadWorkerAsync(ids);

        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(ids[0])).ErrorCode == JobErrorCode.Quarantined);
        await SweptAsync(ids[1..], deaths: 0, suspects: null);
        (await pipeline.FindAsync(ids[3])).State.ShouldBe(JobState.Queued);
    }

    [Fact]
    public async Task What_is_suspected_alone_for_the_first_time_is_not_convicted_beside_another_that_may_be_to_blame()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: pipeline => pipeline.AddIntake());
        var ids = await SubmitAsync(pipeline, 4);
        await RunOnDeadWorkerAsync(ids[..2]);
        await SweptAsync(ids[..2], deaths: 1, suspects: 2);

        // One of the two alone, beside two that came meanwhile: all three are suspected, and never run together again.
        await RunOnDeadWorkerAsync(ids[0], ids[2], ids[3]);
        await SweptAsync(ids[..1], deaths: 2, suspects: 1);
        await SweptAsync(ids[2..], deaths: 1, suspects: 2);
        (await pipeline.FindAsync(ids[0])).State.ShouldBe(JobState.Queued);

        // Once more, beside another: nobody else was there both times.
        var last = await SubmitAsync(pipeline, 1);
        await RunOnDeadWorkerAsync(ids[0], last[0]);
        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(ids[0])).ErrorCode == JobErrorCode.Quarantined);
        await SweptAsync(last, deaths: 0, suspects: null);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(37)]
    [InlineData(63)]
    public async Task The_one_of_64_jobs_that_kills_its_workers_is_found_within_seven_more_deaths(int culprit)
    {
        await using var own = await PostgresDatabase.CreateAsync();
        await using var pipeline = await TestPipeline.StartAsync(own, roles: pipeline => pipeline.AddIntake());
        var ids = await SubmitAsync(pipeline, 64);
        await RunOnDeadWorkerAsync(own, ids);
        await Eventually.TrueAsync(() => NoneRunsAsync(own));

        var deaths = 0;
        while ((await pipeline.FindAsync(ids[culprit])).State == JobState.Queued)
        {
            // As many as a worker admits together.
            var candidates = new PoisonCandidates();
            var suspected = await CandidatesAsync(own);
            Guid[] together = [.. suspected.Where(job => candidates.TryEnter(job.Id, job.Suspects, ("emotion", 64)) is not null).Select(job => job.Id)];
            together.Length.ShouldBeGreaterThan(0);
            if (together.Contains(ids[culprit]))
            {
                deaths++;
                await RunOnDeadWorkerAsync(own, together);
                await Eventually.TrueAsync(() => NoneRunsAsync(own));
            }
            else
            {
                await ExecuteAsync(own, "update jobs set state = 'succeeded', result = '{}', finished_at = now() where id = any(@together)", new { together });
            }
        }

        deaths.ShouldBeLessThanOrEqualTo(7);
        (await pipeline.FindAsync(ids[culprit])).ErrorCode.ShouldBe(JobErrorCode.Quarantined);
        (await ScalarAsync<long>(own, "select count(*) from jobs where state = 'failed'", new { })).ShouldBe(1);
    }

    [Fact]
    public async Task Poison_candidates_hold_up_nobody_and_leave_half_of_the_slots()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(own);
        settings["Queues:emotion:Prefetch"] = "8";
        await using var accepting = await TestPipeline.StartAsync(own, settings, pipeline => pipeline.AddIntake());
        var candidates = await SubmitAsync(accepting, 32);
        await RunOnDeadWorkerAsync(own, candidates);
        await Eventually.TrueAsync(() => NoneRunsAsync(own));
        var release = new TaskCompletionSource();
        var (running, most) = (0, 0);
        await using var working = await TestPipeline.StartAsync(own, settings, script: new()
        {
            Run = async (job, _, cancellationToken) =>
            {
                if (job.Text.StartsWith("job", StringComparison.Ordinal))
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    await release.Task.WaitAsync(cancellationToken);
                    Interlocked.Decrement(ref running);
                }

                return HandlerScript.Neutral;
            },
        });
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref running) == 4));

        // Others pass them, though every candidate goes before them.
        foreach (var i in Enumerable.Range(0, 20))
        {
            (await working.FinishAsync(await working.SubmitAsync($"other {i}"))).State.ShouldBe(JobState.Succeeded);
        }

        release.SetResult();
        (await Task.WhenAll(candidates.Select(working.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Deaths == 1);
        most.ShouldBe(4);
    }

    [Fact]
    public async Task A_job_whose_worker_lives_is_left_alone()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        pipeline.Script.Run = HandlerScript.UntilCanceled;
        var id = await pipeline.SubmitAsync("text");

        // Not at the first call: that may be of a job that another test of this class left.
        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(id)).State == JobState.Running);

        await pipeline.Services.GetRequiredService<JobSweep>().SweepAsync(CancellationToken.None);

        var job = await pipeline.FindAsync(id);
        (job.State, job.Deaths, job.Attempt).ShouldBe((JobState.Running, 0, 1));
    }

    [Fact]
    public async Task A_claim_that_was_lost_on_the_way_is_given_back_uncharged()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, await NoticesLostClaimsSoonAsync());
        var id = await pipeline.SubmitAsync("text");
        await pipeline.FinishAsync(id);

        // The row says that the living worker runs it; the worker knows nothing of it.
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update jobs set state = 'running', attempt = attempt + 1, finished_at = null, worker_id = (select id from workers where lease_until > now() limit 1) where id = @id",
            new { id });

        var job = await pipeline.FinishAsync(id);
        (job.State, job.Attempt, job.Deaths).ShouldBe((JobState.Succeeded, 3, 0));
    }

    [Fact]
    public async Task A_claim_that_a_crash_of_the_database_took_back_is_dispatched_again()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, await NoticesLostClaimsSoonAsync());
        var runs = 0;
        pipeline.Script.Run = (job, context, canceled) =>
            job.Text == "crash" && Interlocked.Increment(ref runs) == 1 ? HandlerScript.UntilCanceled(job, context, canceled) : Task.FromResult(HandlerScript.Neutral);
        var id = await pipeline.SubmitAsync("crash");
        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(id)).State == JobState.Running);

        // The row as it was before the claim; its message is in the hands of the worker.
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("update jobs set state = 'queued', attempt = 0, worker_id = null, started_at = null where id = @id", new { id });

        var job = await pipeline.FinishAsync(id);
        (job.State, job.Attempt, job.Deaths, runs).ShouldBe((JobState.Succeeded, 1, 0, 2));
    }

    /// <summary>A claim counts as lost after half a lease.</summary>
    private async Task<Dictionary<string, string?>> NoticesLostClaimsSoonAsync() =>
        new(await TestPipeline.SettingsAsync(database)) { ["Worker:Lease"] = "00:00:06" };

    private static Task<Guid[]> SubmitAsync(TestPipeline pipeline, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => pipeline.SubmitAsync($"job {i}")));

    private Task SweptAsync(Guid[] ids, int deaths, int? suspects) => Eventually.TrueAsync(() => ScalarAsync<bool>(
        database, "select bool_and(state <> 'running' and deaths = @deaths and suspects is not distinct from @suspects) from jobs where id = any(@ids)", new { ids, deaths, suspects }));

    /// <summary>What a worker leaves behind that claimed the jobs and was killed.</summary>
    private Task RunOnDeadWorkerAsync(params Guid[] ids) => RunOnDeadWorkerAsync(database, ids);

    private static Task RunOnDeadWorkerAsync(PostgresDatabase database, Guid[] ids) => ExecuteAsync(
        database, "update jobs set state = 'running', attempt = attempt + 1, worker_id = @worker where id = any(@ids)", new { ids, worker = Guid.CreateVersion7() });

    private static Task<bool> NoneRunsAsync(PostgresDatabase database) => ScalarAsync<bool>(database, "select not exists (select from jobs where state = 'running')", new { });

    private static async Task<IReadOnlyList<(Guid Id, int Suspects)>> CandidatesAsync(PostgresDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<(Guid, int)>("select id, suspects from jobs where state = 'queued' and deaths > 0 order by queued_at, id")).AsList();
    }

    private static async Task ExecuteAsync(PostgresDatabase database, string sql, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    private static async Task<T?> ScalarAsync<T>(PostgresDatabase database, string sql, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }
}
