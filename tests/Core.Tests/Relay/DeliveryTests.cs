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
        await Eventually.TrueAsync(() => OutboxIsEmptyAsync(id));

        await using var working = await TestPipeline.StartAsync(database, settings);

        (await working.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task A_queue_that_the_broker_lost_is_declared_again_and_nothing_is_lost()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        var before = await accepting.SubmitAsync("before");
        await Eventually.TrueAsync(() => OutboxIsEmptyAsync(before));
        var queue = settings["Broker:QueuePrefix"] + "emotion";
        await DeleteQueueAsync(settings["Broker:Url"]!, queue);

        var after = await accepting.SubmitAsync("after");
        await Eventually.TrueAsync(() => OutboxIsEmptyAsync(after));
        await using var working = await TestPipeline.StartAsync(database, settings);

        (await working.FinishAsync(after)).State.ShouldBe(JobState.Succeeded);
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
            await Eventually.TrueAsync(() => OutboxIsEmptyAsync(id));
        }

        await using var second = await TestPipeline.StartAsync(database, settings);

        var job = await second.FinishAsync(id);
        (job.State, job.Attempt).ShouldBe((JobState.Succeeded, 1));
    }

    [Fact]
    public async Task Jobs_of_a_broker_that_lost_them_are_dispatched_by_a_process_that_is_told_so()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        var queue = settings["Broker:QueuePrefix"] + "emotion";
        Guid lost, kept;
        await using (var first = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake()))
        {
            lost = await first.SubmitAsync("lost");
            await Eventually.TrueAsync(() => OutboxIsEmptyAsync(lost));
            await DeleteQueueAsync(settings["Broker:Url"]!, queue);
            kept = await first.SubmitAsync("kept");
            await Eventually.TrueAsync(() => OutboxIsEmptyAsync(kept));
        }

        settings["Broker:RedispatchAtStart"] = "true";
        await using var second = await TestPipeline.StartAsync(database, settings);

        (await second.FinishAsync(lost)).State.ShouldBe(JobState.Succeeded);
        (await second.FinishAsync(kept)).Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task The_broker_never_sees_the_text()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var accepting = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        var id = await accepting.SubmitAsync("a secret");
        await Eventually.TrueAsync(() => OutboxIsEmptyAsync(id));

        await using var connection = await new ConnectionFactory { Uri = new Uri(settings["Broker:Url"]!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var message = await channel.BasicGetAsync(settings["Broker:QueuePrefix"] + "emotion", autoAck: true);

        var body = System.Text.Encoding.UTF8.GetString(message.ShouldNotBeNull().Body.Span);
        body.ShouldContain(id.ToString());
        body.ShouldNotContain("secret");
        message.BasicProperties.DeliveryMode.ShouldBe(DeliveryModes.Persistent);
    }

    private static async Task DeleteQueueAsync(string url, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(queue);
    }

    private async Task<bool> OutboxIsEmptyAsync(Guid jobId)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>("select not exists (select from outbox where job_id = @jobId)", new { jobId });
    }
}
