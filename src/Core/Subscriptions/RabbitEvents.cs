using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Subscriptions;

/// <summary>
/// Carries events through RabbitMQ, on a connection of their own: exclusive queues that go with it, no confirms, no
/// acknowledgements. A broken connection is replaced by this loop, from nothing (docs/adr/2026-11-21-events.md).
/// </summary>
internal sealed partial class RabbitEvents(
    EventSender sender,
    EventReceivers receivers,
    IOptions<BrokerOptions> broker,
    IOptions<EventOptions> options,
    TimeProvider time,
    ILogger<RabbitEvents> logger) : LoopService(time, logger)
{
    // A broker that went without a farewell is noticed after two of these.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly string _subscriptionExchange = broker.Value.QueueName("subscriptions");

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        var factory = broker.Value.ConnectionFactory;
        factory.RequestedHeartbeat = Heartbeat;
        factory.ClientProvidedName = "pipeline events";
        await using var connection = await factory.CreateConnectionAsync(stoppingToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        ShutdownEventArgs? reason = null;
        channel.ChannelShutdownAsync += (_, shutdown) => LoseAsync(shutdown);
        try
        {
            await ReceiveAsync(channel, shutdown => LoseAsync(shutdown), stoppingToken);
            RoundDone();
            await SendAsync(channel, lost.Token);
        }
        catch (OperationCanceledException) when (reason is not null)
        {
            throw new AlreadyClosedException(reason);
        }
        finally
        {
            sender.SetAddress(null);
        }

        Task LoseAsync(ShutdownEventArgs shutdown)
        {
            reason ??= shutdown;
            return lost.CancelAsync();
        }
    }

    protected override bool IsOutage(Exception exception) => base.IsOutage(exception) || exception is RabbitMQClientException or OperationCanceledException;

    private async Task ReceiveAsync(IChannel channel, Func<ShutdownEventArgs, Task> lose, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(_subscriptionExchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        if (receivers.Works)
        {
            var queue = await ConsumeAsync(channel, EventJson.Default.SubscribeToJobs, receivers.Receive, lose, cancellationToken);
            await channel.QueueBindAsync(queue, _subscriptionExchange, routingKey: "", cancellationToken: cancellationToken);
        }

        if (receivers.Subscribes)
        {
            sender.SetAddress(await ConsumeAsync(channel, EventJson.Default.JobEvent, receivers.Receive, lose, cancellationToken));
            receivers.Connected();
        }
    }

    /// <summary>A new name each time: until the broker has noticed that the old connection is gone, it keeps the old name locked.</summary>
    private async Task<string> ConsumeAsync<T>(
        IChannel channel, JsonTypeInfo<T> json, Action<T> receive, Func<ShutdownEventArgs, Task> lose, CancellationToken cancellationToken)
        where T : class
    {
        var queue = broker.Value.QueueName($"events-{Guid.CreateVersion7():n}");
        await channel.QueueDeclareAsync(
            queue,
            durable: false,
            exclusive: true,
            autoDelete: true,
            new Dictionary<string, object?> { [Headers.XMaxLength] = options.Value.MessagesMax },
            cancellationToken: cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            Receive(delivery.Body.Span, json, receive);
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) => lose(new(ShutdownInitiator.Peer, Constants.NotFound, $"The queue {queue} was deleted."));
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);
        return queue;
    }

    private void Receive<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> json, Action<T> receive)
        where T : class
    {
        try
        {
            receive(JsonSerializer.Deserialize(body, json)!);
        }
        catch (JsonException e)
        {
            LogUnreadable(typeof(T).Name, e.Message);
        }
    }

    private async Task SendAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await foreach (var outgoing in sender.Outgoing.ReadAllAsync(cancellationToken))
        {
            var (exchange, queue) = outgoing.Address is { } address ? ("", address) : (_subscriptionExchange, "");
            var body = outgoing.Event is { } jobEvent
                ? JsonSerializer.SerializeToUtf8Bytes(jobEvent, EventJson.Default.JobEvent)
                : JsonSerializer.SerializeToUtf8Bytes(outgoing.Subscription!, EventJson.Default.SubscribeToJobs);

            // Not mandatory: a queue that is gone has nobody behind it.
            await channel.BasicPublishAsync(exchange, queue, body, cancellationToken);
        }
    }

    [LoggerMessage(1172, LogLevel.Warning, "Skipped a {Message} that cannot be read; run API and workers in the same version: {Reason}")]
    private partial void LogUnreadable(string message, string reason);
}
