using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Attempts;

public sealed class JobLifecycleTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_job_travels_through_postgres_and_rabbitmq_and_its_result_is_durable()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("좋아요"));

        job.State.ShouldBe(JobState.Succeeded);
        job.Attempt.ShouldBe(1);
        (await InputAsync(job.Id)).ShouldBe("""{"text":"좋아요"}""");
        job.Result.ShouldNotBeNull().ShouldContain("neutral");
        job.StartedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(job.CreatedAt);
        job.FinishedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(job.StartedAt.Value);
    }

    [Fact]
    public async Task A_rejected_job_fails_with_the_handlers_reason_and_is_not_tried_again()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        pipeline.Script.Run = (_, _, _) => Task.FromResult<JobOutcome>(new JobOutcome.Rejected("Too long."));

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text"));

        (job.State, job.ErrorCode, job.Error).ShouldBe((JobState.Failed, JobErrorCode.Rejected, "Too long."));
        pipeline.Script.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_handler_that_throws_is_tried_again_until_it_succeeds()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        pipeline.Script.Run = (_, context, _) => context.Attempt < 3
            ? throw new InvalidOperationException("not yet")
            : Task.FromResult(HandlerScript.Neutral);

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text"));

        (job.State, job.Attempt, job.Error).ShouldBe((JobState.Succeeded, 3, null));
    }

    [Fact]
    public async Task A_handler_that_always_throws_fails_the_job_after_the_allowed_failures()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Worker:FailuresMax"] = "3";
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        pipeline.Script.Run = (_, _, _) => throw new InvalidOperationException("broken");

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text"));

        (job.State, job.Attempt, job.ErrorCode).ShouldBe((JobState.Failed, 3, JobErrorCode.Exception));
        job.Error.ShouldNotBeNull().ShouldContain("broken");
    }

    [Fact]
    public async Task A_deferred_job_waits_as_a_row_with_its_due_time()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var due = TimeProvider.System.GetUtcNow().AddHours(1);
        pipeline.Script.Run = (_, _, _) => Task.FromResult<JobOutcome>(new JobOutcome.RetryAt(due, "The model is being replaced."));

        var id = await pipeline.SubmitAsync("text");
        await pipeline.CalledAsync();
        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(id)).State == JobState.Queued);

        var job = await pipeline.FindAsync(id);
        job.DueAt.ShouldNotBeNull().ShouldBe(due, Patience.Limit);
        (job.ErrorCode, job.Error).ShouldBe((JobErrorCode.Deferred, "The model is being replaced."));
    }

    [Fact]
    public async Task Canceling_a_running_job_ends_it_at_once_and_stops_its_handler()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var stopped = new TaskCompletionSource();
        pipeline.Script.Run = async (job, context, cancellationToken) =>
        {
            using var registration = cancellationToken.Register(stopped.SetResult);
            return await HandlerScript.UntilCanceled(job, context, cancellationToken);
        };
        var id = await pipeline.SubmitAsync("text");
        await pipeline.CalledAsync();

        var change = await pipeline.Store.CancelAsync(Client.LocalId, id, CancellationToken.None);

        change.ShouldBeOfType<JobChange.Done>().Job.State.ShouldBe(JobState.Canceled);
        await stopped.Task.WaitAsync(Patience.Limit, TimeProvider.System);
        (await pipeline.FindAsync(id)).State.ShouldBe(JobState.Canceled);
    }

    [Fact]
    public async Task A_result_that_comes_after_the_cancellation_changes_nothing()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var release = new TaskCompletionSource();
        pipeline.Script.Run = async (_, _, _) =>
        {
            // A handler that does not look at its token.
            await release.Task;
            return HandlerScript.Neutral;
        };
        var id = await pipeline.SubmitAsync("text");
        await pipeline.CalledAsync();
        await pipeline.Store.CancelAsync(Client.LocalId, id, CancellationToken.None);

        release.SetResult();
        await pipeline.FinishAsync(await pipeline.SubmitAsync("another"));

        var job = await pipeline.FindAsync(id);
        (job.State, job.Result).ShouldBe((JobState.Canceled, null));
    }

    [Fact]
    public async Task A_canceled_job_can_be_retried_and_only_the_new_attempt_counts()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        pipeline.Script.Run = HandlerScript.UntilCanceled;
        var id = await pipeline.SubmitAsync("text");
        await pipeline.CalledAsync();
        await pipeline.Store.CancelAsync(Client.LocalId, id, CancellationToken.None);
        pipeline.Script.Run = (_, _, _) => Task.FromResult(HandlerScript.Neutral);

        (await pipeline.Store.RetryAsync(Client.LocalId, id, CancellationToken.None)).ShouldBeOfType<JobChange.Done>();

        var job = await pipeline.FinishAsync(id);
        (job.State, job.Attempt).ShouldBe((JobState.Succeeded, 2));
    }

    [Fact]
    public async Task A_succeeded_job_can_be_neither_canceled_nor_retried()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var id = await pipeline.SubmitAsync("text");
        await pipeline.FinishAsync(id);

        (await pipeline.Store.CancelAsync(Client.LocalId, id, CancellationToken.None)).ShouldBeOfType<JobChange.Refused>();
        (await pipeline.Store.RetryAsync(Client.LocalId, id, CancellationToken.None)).ShouldBeOfType<JobChange.Refused>();
        (await pipeline.Store.CancelAsync(Guid.CreateVersion7(), id, CancellationToken.None)).ShouldBeOfType<JobChange.NotFound>();
    }

    [Fact]
    public async Task A_running_job_expires_and_its_handler_stops()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        pipeline.Script.Run = HandlerScript.UntilCanceled;

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text", TimeProvider.System.GetUtcNow().AddSeconds(1)));

        job.State.ShouldBe(JobState.Expired);
    }

    [Fact]
    public async Task A_waiting_job_expires_without_any_worker()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: pipeline => pipeline.AddIntake());

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text", TimeProvider.System.GetUtcNow().AddMilliseconds(200)));

        (job.State, job.Attempt).ShouldBe((JobState.Expired, 0));
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_fails_with_the_limit_that_it_broke()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Worker:JobTimeout"] = "00:00:01";
        settings["Worker:FailuresMax"] = "1";
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        pipeline.Script.Run = HandlerScript.UntilCanceled;

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text"));

        (job.State, job.ErrorCode).ShouldBe((JobState.Failed, JobErrorCode.Timeout));
        job.Error.ShouldNotBeNull().ShouldContain("Worker:JobTimeout");
    }

    [Fact]
    public async Task A_worker_that_stops_gives_its_job_back_uncharged_and_the_next_one_does_it()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        var first = await TestPipeline.StartAsync(database, settings);
        first.Script.Run = HandlerScript.UntilCanceled;
        var id = await first.SubmitAsync("text");
        await first.CalledAsync();

        await first.DisposeAsync();
        await using var second = await TestPipeline.StartAsync(database, settings);

        var job = await second.FinishAsync(id);
        (job.State, job.Attempt, job.Deaths).ShouldBe((JobState.Succeeded, 2, 0));
    }

    [Fact]
    public async Task A_worker_that_stops_lets_its_job_finish_within_its_grace()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Worker:DrainTimeout"] = "00:01:00";
        var pipeline = await TestPipeline.StartAsync(database, settings);
        var gate = new TaskCompletionSource();
        pipeline.Script.Run = async (_, _, cancellationToken) =>
        {
            await gate.Task.WaitAsync(cancellationToken);
            return HandlerScript.Neutral;
        };
        var id = await pipeline.SubmitAsync("text");
        await pipeline.CalledAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pipeline.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(asked.SetResult);

        var stopping = pipeline.DisposeAsync().AsTask();
        await asked.Task;
        stopping.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        await stopping;

        await using var connection = await database.DataSource.OpenConnectionAsync();
        (await connection.QuerySingleAsync<(string, int)>("select state, attempt from jobs where id = @id", new { id })).ShouldBe((JobState.Succeeded, 1));
    }

    private async Task<string?> InputAsync(Guid id)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<string>("select input::text from jobs where id = @id", new { id });
    }
}
