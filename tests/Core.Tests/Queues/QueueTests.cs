using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Queues;

public sealed class QueueTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData("Queues", "emotion", "emotion-bulk")]
    [InlineData("Worker:Queues", "emotion, emotion", "emotion-bulk")]
    [InlineData("Worker:Queues:0", "emotion", "emotion-bulk")]
    public async Task Workers_do_the_queues_that_they_are_told_and_no_others(string key, string queue, string otherQueue)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, roles => roles.AddIntake());
        await using var one = await WorkerAsync(settings, (key, queue));
        await using var other = await WorkerAsync(settings, (key, otherQueue));

        var jobs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SubmitAsync(accepting, i % 2 is 0 ? "emotion" : "emotion-bulk")));
        await Task.WhenAll(jobs.Select(accepting.FinishAsync));

        one.Script.Calls.Count.ShouldBe(10);
        one.Script.Calls.ShouldAllBe(call => call.Priority == JobPriority.Interactive);
        other.Script.Calls.Count.ShouldBe(10);
        other.Script.Calls.ShouldAllBe(call => call.Priority == JobPriority.Bulk);
    }

    [Fact]
    public async Task A_queue_that_the_worker_can_not_do_stops_its_start()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        (await Should.ThrowAsync<StartupException>(() => WorkerAsync(settings, ("Queues", "emotion,embedding"))))
            .Message.ShouldBe("Worker:Queues names 'embedding', which this worker cannot do. Its queues are emotion, emotion-bulk.");
    }

    [Fact]
    public async Task Three_workers_on_one_queue_share_its_jobs_as_far_as_each_may_hold_them()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Queues:emotion:Prefetch"] = "1";
        var release = new TaskCompletionSource();
        await using var accepting = await TestPipeline.StartAsync(database, settings, roles => roles.AddIntake());
        var workers = new List<TestPipeline>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                workers.Add(await WorkerAsync(settings, ("Queues", "emotion")));
                workers[i].Script.Run = async (_, _, cancellationToken) =>
                {
                    await release.Task.WaitAsync(cancellationToken);
                    return HandlerScript.Neutral;
                };
            }

            var jobs = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => SubmitAsync(accepting, "emotion")));
            await Task.WhenAll(workers.Select(worker => worker.CalledAsync()));

            // Every one of them holds one, so nobody got two.
            workers.Select(worker => worker.Script.Calls.Count).ShouldBe([1, 1, 1]);
            release.SetResult();
            (await Task.WhenAll(jobs.Select(accepting.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempt == 1);
        }
        finally
        {
            release.TrySetResult();
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_busy_worker_leaves_most_of_a_batch_to_those_that_join()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(own);
        await using var accepting = await TestPipeline.StartAsync(own, settings, roles => roles.AddIntake());
        await using var first = await HoldingWorkerAsync(own, settings);
        await accepting.SubmitAsync(new Submission
        {
            ClientId = Client.LocalId,
            Jobs = [.. Enumerable.Range(0, 256).Select(i => TestPipeline.OneJob($"text {i}").Jobs[0] with { Queue = "emotion-bulk" })],
        });
        await Eventually.TrueAsync(() => Task.FromResult(first.Script.Calls.Count == 64));

        await using var second = await HoldingWorkerAsync(own, settings);
        await using var third = await HoldingWorkerAsync(own, settings);

        // Of 256 the first runs 64 and holds as many as two messages carry.
        await Eventually.TrueAsync(() => Task.FromResult(second.Script.Calls.Count == 64 && third.Script.Calls.Count == 64));
        first.Script.Calls.Count.ShouldBe(64);
    }

    [Fact]
    public async Task Bulk_jobs_that_travel_alone_run_in_all_slots()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(own);
        await using var accepting = await TestPipeline.StartAsync(own, settings, roles => roles.AddIntake());
        await using var worker = await HoldingWorkerAsync(own, settings);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => SubmitAsync(accepting, "emotion-bulk")));

        await Eventually.TrueAsync(() => Task.FromResult(worker.Script.Calls.Count == 64));
    }

    [Fact]
    public async Task What_waits_in_vain_for_a_slot_is_given_back_to_whoever_is_free()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(own);
        settings["Queues:emotion:Prefetch"] = "1";
        settings["Worker:HoldMax"] = "00:00:01";
        await using var accepting = await TestPipeline.StartAsync(own, settings, roles => roles.AddIntake());
        await using var busy = await HoldingWorkerAsync(own, settings);
        await SubmitAsync(accepting, "emotion");
        await busy.CalledAsync();
        var held = await SubmitAsync(accepting, "emotion");
        await Eventually.TrueAsync(async () => await CountAsync(accepting) == 0);

        await using var free = await TestPipeline.StartAsync(own, settings, roles => roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>());

        var job = await accepting.FinishAsync(held);
        (job.State, job.Attempt).ShouldBe((JobState.Succeeded, 1));
    }

    private static Task<int> CountAsync(TestPipeline pipeline) =>
        pipeline.Services.GetRequiredService<BrokerQueues>().CountMessagesAsync("emotion", CancellationToken.None);

    /// <summary>Its jobs do not end.</summary>
    private static Task<TestPipeline> HoldingWorkerAsync(PostgresDatabase database, Dictionary<string, string?> settings) => TestPipeline.StartAsync(
        database,
        settings,
        roles => roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>(),
        new() { Run = HandlerScript.UntilCanceled });

    private static async Task<Guid> SubmitAsync(TestPipeline pipeline, string queue)
    {
        var job = TestPipeline.OneJob("text").Jobs[0] with { Queue = queue };
        await pipeline.SubmitAsync(new Submission { ClientId = Client.LocalId, Jobs = [job] });
        return job.Id;
    }

    private Task<TestPipeline> WorkerAsync(Dictionary<string, string?> settings, params (string Key, string Value)[] own)
    {
        var all = new Dictionary<string, string?>(settings);
        foreach (var (key, value) in own)
        {
            all[key] = value;
        }

        return TestPipeline.StartAsync(database, all, roles => roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>());
    }
}
