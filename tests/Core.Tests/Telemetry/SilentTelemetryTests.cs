using System.Diagnostics;
using Dapper;
using Pipeline.Core.Attempts;
using Pipeline.Core.Relay;
using Pipeline.Core.Telemetry;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Telemetry;

/// <summary>No test of this assembly listens to spans or metrics.</summary>
public sealed class SilentTelemetryTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public void The_way_of_a_job_allocates_nothing_while_nobody_listens()
    {
        var submission = TestPipeline.OneJob("text");
        var message = new Dispatch { Id = 1, JobId = Guid.CreateVersion7(), Queue = "emotion" };
        var job = new ClaimedJob
        {
            Id = Guid.CreateVersion7(),
            ClientId = Guid.Empty,
            Kind = "emotion",
            Queue = "emotion",
            Attempt = 1,
            Failures = 0,
            Input = "{}",
            QueuedSeconds = 1,
        };
        var result = AttemptResult.Succeeded(job, "{}", cacheKey: null);
        Follow();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Follow();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Follow()
        {
            JobTracing.Accept(submission).ShouldBeNull();
            JobTracing.Context(span: null).ShouldBeNull();
            JobMeter.Accepted(submission.Jobs, cached: 0);
            JobTracing.Send(message).ShouldBeNull();
            JobMeter.Dispatched(message.Queue, isConfirmed: true);
            JobTracing.Claimed(job, default, TimeProvider.System);
            JobTracing.Process(job).ShouldBeNull();
            JobMeter.Started(job);
            JobTracing.End(span: null, result);
            JobTracing.Complete(job).ShouldBeNull();
            JobMeter.Ended(job, result, TimeSpan.Zero, DateTimeOffset.UnixEpoch);
        }
    }

    [Fact]
    public async Task A_trace_that_the_caller_sent_is_kept_for_workers_that_are_listened_to()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var untraced = await pipeline.SubmitAsync("untraced");
        using var request = new Activity("request");
        request.SetParentId(Caller);
        request.Start();

        var traced = await pipeline.SubmitAsync("traced");

        request.Stop();
        await Task.WhenAll(pipeline.FinishAsync(untraced), pipeline.FinishAsync(traced));
        await using var connection = await database.DataSource.OpenConnectionAsync();
        (await connection.QueryAsync<string?>("select trace from jobs where id = any(@ids) order by id", new { ids = new[] { untraced, traced } }))
            .ShouldBe([null, Caller]);
    }
}
