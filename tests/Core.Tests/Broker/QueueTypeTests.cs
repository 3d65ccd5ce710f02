using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Relay;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Tests.Broker;

public sealed class QueueTypeTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Classic", "Quorum")]
    [InlineData("quorum", "classic")]
    public async Task Jobs_travel_through_queues_of_either_type(string type, string other)
    {
        var settings = await SettingsAsync(type);
        await using var pipeline = await TestPipeline.StartAsync(database, settings);

        (await pipeline.FinishAsync(await pipeline.SubmitAsync("text"))).State.ShouldBe(JobState.Succeeded);

        (await DeclareAsync(settings, type)).ShouldBeNull();
        (await DeclareAsync(settings, other)).ShouldNotBeNull().ShouldContain("x-queue-type");
    }

    [Theory]
    [InlineData("Classic", DeliveryModes.Transient)]
    [InlineData("Quorum", DeliveryModes.Persistent)]
    public async Task Only_queues_that_are_on_disks_have_their_messages_written(string type, DeliveryModes mode)
    {
        var settings = await SettingsAsync(type);
        await using var pipeline = await TestPipeline.StartAsync(database, settings, roles => roles.AddIntake());
        await pipeline.Services.GetRequiredService<QueueSender>().SendAsync("emotion", new JobReady(Guid.CreateVersion7()), Token);

        await using var connection = await ConnectAsync(settings);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var message = await channel.BasicGetAsync(Queue(settings), autoAck: true, Token);

        message.ShouldNotBeNull().BasicProperties.DeliveryMode.ShouldBe(mode);
    }

    [Fact]
    public async Task A_quorum_queue_that_an_older_version_left_becomes_a_classic_one()
    {
        var settings = await SettingsAsync("Classic");
        (await DeclareAsync(settings, "Quorum")).ShouldBeNull();
        await using var pipeline = await TestPipeline.StartAsync(database, settings);

        (await pipeline.FinishAsync(await pipeline.SubmitAsync("text"))).State.ShouldBe(JobState.Succeeded);

        (await DeclareAsync(settings, "Classic")).ShouldBeNull();
    }

    [Fact]
    public async Task A_worker_waits_until_those_of_the_older_version_have_left_a_queue()
    {
        var settings = await SettingsAsync("Classic");
        (await DeclareAsync(settings, "Quorum")).ShouldBeNull();
        var older = await ConnectAsync(settings);
        var channel = await older.CreateChannelAsync(cancellationToken: Token);
        await channel.BasicConsumeAsync(Queue(settings), autoAck: false, new AsyncEventingBasicConsumer(channel), Token);
        await using var pipeline = await TestPipeline.StartAsync(database, settings);

        var refused = await Should.ThrowAsync<OperationInterruptedException>(
            pipeline.Services.GetRequiredService<BrokerQueues>().EnsureAsync(Queue(settings), Token));
        refused.Message.ShouldContain("receivers: 1");
        (await DeclareAsync(settings, "Quorum")).ShouldBeNull();

        await older.DisposeAsync();
        (await pipeline.FinishAsync(await pipeline.SubmitAsync("text"))).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task A_queue_of_others_is_left_alone()
    {
        var settings = await SettingsAsync("Classic");
        await using var connection = await ConnectAsync(settings);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var arguments = new Dictionary<string, object?> { [Headers.XQueueType] = "quorum" };
        await channel.QueueDeclareAsync(Queue(settings), durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: Token);
        await channel.BasicPublishAsync(exchange: "", Queue(settings), ReadOnlyMemory<byte>.Empty, Token);
        await using var pipeline = await TestPipeline.StartAsync(database, settings, roles => roles.AddIntake());

        var refused = await Should.ThrowAsync<OperationInterruptedException>(
            pipeline.Services.GetRequiredService<BrokerQueues>().EnsureAsync(Queue(settings), Token));

        refused.Message.ShouldContain($"rabbitmqctl delete_queue {Queue(settings)}");
        (await channel.BasicGetAsync(Queue(settings), autoAck: false, Token)).ShouldNotBeNull();
    }

    private async Task<Dictionary<string, string?>> SettingsAsync(string type)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:QueueType"] = type;
        return settings;
    }

    /// <summary>Why the broker refuses the queue as one of this type; null where it is one.</summary>
    private static async Task<string?> DeclareAsync(Dictionary<string, string?> settings, string type)
    {
        await using var connection = await ConnectAsync(settings);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        try
        {
            await channel.QueueDeclareAsync(
                Queue(settings), durable: true, exclusive: false, autoDelete: false, BrokerQueues.Arguments(Enum.Parse<QueueType>(type, ignoreCase: true)), cancellationToken: Token);
            return null;
        }
        catch (OperationInterruptedException e)
        {
            return e.Message;
        }
    }

    private static Task<IConnection> ConnectAsync(Dictionary<string, string?> settings) =>
        new ConnectionFactory { Uri = new(settings["Broker:Url"]!) }.CreateConnectionAsync(Token);

    private static string Queue(Dictionary<string, string?> settings) => settings["Broker:QueuePrefix"] + "emotion";
}
