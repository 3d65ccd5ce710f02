using Dapper;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using RabbitMQ.Client;

namespace Pipeline.Core.Tests.Relay;

public sealed class DeliveryTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_job_that_is_delivered_many_times_runs_once()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var release = new TaskCompletionSource();
        pipeline.Script.Run = async (_, _, _) =>
        {
            await release.Task;
            return HandlerScript.Neutral;
        };
        var id = await pipeline.SubmitAsync("text");
        await pipeline.CalledAsync();

        var sender = pipeline.Services.GetRequiredService<QueueSender>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => sender.SendAsync("emotion", new JobReady(id), CancellationToken.None)));
        release.SetResult();
        await pipeline.FinishAsync(id);
        await sender.SendAsync("emotion", new JobReady(id), CancellationToken.None);

        // A job behind the duplicates is done after they were all delivered.
        await pipeline.FinishAsync(await pipeline.SubmitAsync("last"));
        pipeline.Script.Calls.Count(call => call.JobId == id).ShouldBe(1);
        (await pipeline.FindAsync(id)).Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task Jobs_are_dispatched_before_any_worker_was_ever_started()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        var id = await accepting.SubmitAsync("early");
        await ArrivedAsync(accepting, 1);

        await using var working = await TestPipeline.StartAsync(database, settings);

        (await working.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task A_queue_that_the_broker_lost_is_declared_again_and_nothing_is_lost()
    {
        var log = new RecordedLog();
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Relay:LostAfter"] = "00:00:02";
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline =>
        {
            pipeline.AddIntake();
            log.Record(pipeline);
        });
        var before = await accepting.SubmitAsync("before");
        await ArrivedAsync(accepting, 1);
        await DeleteQueueAsync(settings);

        var after = await accepting.SubmitAsync("after");
        await ArrivedAsync(accepting, 2);
        await using var working = await TestPipeline.StartAsync(database, settings);

        (await working.FinishAsync(before)).Attempt.ShouldBe(1);
        (await working.FinishAsync(after)).Attempt.ShouldBe(1);

        // Not a stack trace for each message that came back.
        log.Lines.Select(line => line.Text).Where(line => line.Contains("FAULT", StringComparison.Ordinal) || line.Contains("   at ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_that_the_broker_still_has_and_those_in_the_hands_of_a_worker_are_not_sent_again()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Relay:LostAfter"] = "00:00:02";
        settings["Worker:Lease"] = "00:00:02";
        settings["Queues:emotion:Prefetch"] = "1";
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        var release = new TaskCompletionSource();
        pipeline.Script.Run = async (_, _, _) =>
        {
            await release.Task;
            return HandlerScript.Neutral;
        };
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => pipeline.SubmitAsync($"text {i}")));
        await pipeline.CalledAsync();

        // The oldest counts as lost after two seconds, and is looked at several times until the last one is as old as that twice over.
        await Eventually.TrueAsync(() => ScalarAsync<bool>(
            "select min(now() - dispatched_at) > interval '8 s' from dispatches where job_id = any(@ids)", new { ids }));

        (await ScalarAsync<bool>("select bool_or(ahead) from dispatches where job_id = any(@ids)", new { ids })).ShouldBeFalse();
        release.SetResult();
        await Task.WhenAll(ids.Select(pipeline.FinishAsync));
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select not exists (select from dispatches where job_id = any(@ids))", new { ids }));
    }

    [Fact]
    public async Task A_queue_that_is_no_longer_received_from_is_received_anew()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:ReceiveTimeout"] = "00:00:01";
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        await pipeline.FinishAsync(await pipeline.SubmitAsync("before"));

        // What is left of an endpoint that MassTransit gave up: known to the bus, and no consumer at the broker.
        var endpoint = pipeline.Services.GetRequiredService<QueueReceivers>().Endpoint("emotion").ShouldBeOfType<ReceiveEndpoint>();
        await endpoint.Stop(removed: false, CancellationToken.None);

        (await pipeline.FinishAsync(await pipeline.SubmitAsync("after"))).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task One_process_can_do_without_a_broker()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:Url"] = BrokerOptions.Memory;
        await using var pipeline = await TestPipeline.StartAsync(database, settings);

        (await pipeline.FinishAsync(await pipeline.SubmitAsync("text"))).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task Jobs_that_waited_in_the_memory_of_a_process_are_dispatched_by_the_next_one()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:Url"] = BrokerOptions.Memory;
        Guid id;
        await using (var first = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake()))
        {
            id = await first.SubmitAsync("text");
            await Eventually.TrueAsync(() => ScalarAsync<bool>("select dispatched_at is not null from dispatches where job_id = @id", new { id }));
        }

        await using var second = await TestPipeline.StartAsync(database, settings);

        var job = await second.FinishAsync(id);
        (job.State, job.Attempt).ShouldBe((JobState.Succeeded, 1));
    }

    [Fact]
    public async Task The_broker_never_sees_the_text()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        var id = await accepting.SubmitAsync("a secret");
        await ArrivedAsync(accepting, 1);

        await using var connection = await new ConnectionFactory { Uri = new Uri(settings["Broker:Url"]!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var message = await channel.BasicGetAsync(settings["Broker:QueuePrefix"] + "emotion", autoAck: true);

        var body = System.Text.Encoding.UTF8.GetString(message.ShouldNotBeNull().Body.Span);
        body.ShouldContain(id.ToString());
        body.ShouldNotContain("secret");
    }

    private static async Task DeleteQueueAsync(Dictionary<string, string?> settings)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(settings["Broker:Url"]!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(settings["Broker:QueuePrefix"] + "emotion");
    }

    /// <summary>Waits until the broker has so many messages, or more: those that other tests left behind are sent as well.</summary>
    private static Task ArrivedAsync(TestPipeline pipeline, int messages) => Eventually.TrueAsync(async () =>
        await pipeline.Services.GetRequiredService<BrokerQueues>().CountMessagesAsync("emotion", CancellationToken.None) >= messages);

    private async Task<T?> ScalarAsync<T>(string sql, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }
}
