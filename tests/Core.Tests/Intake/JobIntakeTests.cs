using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Intake;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Intake;

public sealed class JobIntakeTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Concurrent_submissions_are_all_accepted_and_all_done_once()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);

        var ids = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => pipeline.SubmitAsync($"text {i}")));
        var jobs = await Task.WhenAll(ids.Select(pipeline.FinishAsync));

        jobs.ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempt == 1);

        // The tests of this class share a database: jobs that another one left are done here as well.
        pipeline.Script.Calls.Select(call => call.JobId).Where(ids.Contains).Order().ShouldBe(ids.Order());
    }

    [Fact]
    public async Task A_repeated_key_gives_the_first_jobs_and_a_reused_one_is_refused()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var key = new IdempotencyKey("order-1", [1, 2, 3]);

        var first = await AcceptAsync(pipeline, key);
        var repeat = await AcceptAsync(pipeline, key);
        var reused = await pipeline.SubmitAsync(TestPipeline.OneJob("other", key: new("order-1", [9])));

        (first.Replayed, repeat.Replayed).ShouldBe((false, true));
        repeat.JobIds.ShouldBe(first.JobIds);
        reused.ShouldBeOfType<SubmissionReply.KeyReused>();
    }

    [Fact]
    public async Task A_key_that_many_requests_send_at_once_makes_one_job()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var key = new IdempotencyKey("race", [1]);

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => AcceptAsync(pipeline, key)));

        replies.Count(reply => !reply.Replayed).ShouldBe(1);
        replies.Select(reply => reply.JobIds.Single()).Distinct().ShouldHaveSingleItem();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<int>(
            "select count(*)::int from jobs where id = any(@Ids)",
            new { Ids = replies.SelectMany(reply => reply.JobIds).ToArray() })).ShouldBe(1);
    }

    [Fact]
    public async Task A_full_queue_refuses_new_jobs_and_still_answers_repeats()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Queues:emotion:DepthMax"] = "3";
        await using var own = await PostgresDatabase.CreateAsync();
        settings["Postgres:ConnectionString"] = own.ConnectionString;
        await using var pipeline = await TestPipeline.StartAsync(own, settings, roles => roles.AddIntake());
        var key = new IdempotencyKey("kept", [1]);
        var three = TestPipeline.OneJob("text", key: key) with
        {
            Jobs = [.. Enumerable.Range(0, 3).SelectMany(_ => TestPipeline.OneJob("text").Jobs)],
        };
        var first = (await pipeline.SubmitAsync(three)).ShouldBeOfType<SubmissionReply.Accepted>();

        var full = (await pipeline.SubmitAsync(TestPipeline.OneJob("four"))).ShouldBeOfType<SubmissionReply.QueueFull>();
        var fullWithKey = await pipeline.SubmitAsync(TestPipeline.OneJob("five", key: new("new", [2])));

        (full.Queue, full.DepthMax).ShouldBe(("emotion", 3));

        // More than 3 for a second, when a sample was read while the three were committed.
        full.Depth.ShouldBeGreaterThanOrEqualTo(3);
        full.RetryAfter.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        fullWithKey.ShouldBeOfType<SubmissionReply.QueueFull>();
        (await AcceptAsync(pipeline, key)).JobIds.ShouldBe(first.JobIds);

        // The refused key is free: the client sends the same request again when there is room.
        await pipeline.Store.CancelAsync(Guid.Empty, first.JobIds[0], CancellationToken.None);
        await pipeline.Services.GetRequiredService<QueueStatistics>().SampleAsync(CancellationToken.None);
        (await AcceptAsync(pipeline, new("new", [2]))).Replayed.ShouldBeFalse();
    }

    private static async Task<SubmissionReply.Accepted> AcceptAsync(TestPipeline pipeline, IdempotencyKey key) =>
        (await pipeline.SubmitAsync(TestPipeline.OneJob("text", key: key))).ShouldBeOfType<SubmissionReply.Accepted>();
}
