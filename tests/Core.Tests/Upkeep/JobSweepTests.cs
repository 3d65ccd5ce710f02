using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
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
        for (var deaths = 1; deaths <= JobSweep.DeathsMax; deaths++)
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

    /// <summary>What a worker leaves behind that claimed the job and was killed.</summary>
    private async Task RunOnDeadWorkerAsync(Guid id)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update jobs set state = 'running', attempt = attempt + 1, worker_id = @worker where id = @id",
            new { id, worker = Guid.CreateVersion7() });
    }
}
