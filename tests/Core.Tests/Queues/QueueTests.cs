using Pipeline.Contracts;
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
