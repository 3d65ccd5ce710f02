using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Broker;

/// <summary>
/// Declares queues at the broker, so that jobs can be dispatched before any worker of theirs was ever started. MassTransit
/// declares queues where it consumes and cannot give them arguments where it sends; names and arguments are those of its
/// receive endpoints.
/// </summary>
public sealed partial class BrokerQueues(IOptions<BrokerOptions> options, ILogger<BrokerQueues> logger) : IDisposable
{
    // RabbitMQ 4 drops a message of a quorum queue after 20 deliveries unless told otherwise. Here a job that was delivered
    // often was held by workers that died for other reasons; the database counts its deaths. Older brokers refuse -1.
    private const int DeliveriesMax = 1_000_000_000;

    private readonly ConcurrentDictionary<string, bool> _declared = new();
    private readonly SemaphoreSlim _declaring = new(1);

    /// <summary>Arguments of every queue, wherever it is declared: they must be the same.</summary>
    public static Dictionary<string, object?> Arguments(QueueType type) => type is QueueType.Quorum
        ? new() { [Headers.XQueueType] = "quorum", ["x-delivery-limit"] = DeliveriesMax }
        : new() { [Headers.XQueueType] = "classic" };

    public void Dispose() => _declaring.Dispose();

    /// <exception cref="OperationInterruptedException">The broker has a queue of this name that is declared otherwise, and is in use or not ours.</exception>
    public async Task EnsureAsync(string queue, CancellationToken cancellationToken)
    {
        if (options.Value.IsMemory || _declared.ContainsKey(queue))
        {
            return;
        }

        // One at a time: a group of 500 messages would open 500 connections.
        await _declaring.WaitAsync(cancellationToken);
        try
        {
            if (!_declared.ContainsKey(queue))
            {
                await DeclareAsync(queue, cancellationToken);
                _declared[queue] = true;
            }
        }
        finally
        {
            _declaring.Release();
        }
    }

    /// <summary>How many messages wait in a queue, those in the hands of workers not counted; 0 where there is no such queue.</summary>
    /// <param name="queue">Without the prefix of <see cref="BrokerOptions.QueuePrefix"/>.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    public async Task<int> CountMessagesAsync(string queue, CancellationToken cancellationToken)
    {
        await using var connection = await options.Value.ConnectionFactory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (int)await channel.MessageCountAsync(options.Value.QueueName(queue), cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is Constants.NotFound)
        {
            return 0;
        }
    }

    public void Forget(string queue) => _declared.TryRemove(queue, out _);

    private async Task DeclareAsync(string queue, CancellationToken cancellationToken)
    {
        await using var connection = await options.Value.ConnectionFactory.CreateConnectionAsync(cancellationToken);
        try
        {
            await DeclareAsync(connection, queue, options.Value.QueueType, cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } refusal)
        {
            await ReplaceAsync(connection, queue, refusal, cancellationToken);
        }
    }

    /// <summary>
    /// Queues were quorum queues before they were classic by default. One with our limit of deliveries is of that time and nobody else's;
    /// once nobody receives from it, it holds nothing that the database does not know, and gives way.
    /// </summary>
    private async Task ReplaceAsync(IConnection connection, string queue, ShutdownEventArgs refusal, CancellationToken cancellationToken)
    {
        var type = options.Value.QueueType;
        if (type is not QueueType.Classic || await ReceiversAsync(connection, queue, QueueType.Quorum, cancellationToken) is not { } receivers)
        {
            throw new OperationInterruptedException(
                refusal,
                $"Queue {queue} was declared otherwise than Broker:QueueType={type} would. Set it to the type that the queue has, or delete the queue (rabbitmqctl delete_queue {queue}): its jobs are sent again by themselves");
        }

        if (receivers > 0)
        {
            throw new OperationInterruptedException(
                refusal,
                $"Queue {queue} is a quorum queue, and is received from (receivers: {receivers}). It becomes a classic one (Broker:QueueType) when those workers have stopped; or set Broker:QueueType=quorum here as well");
        }

        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.QueueDeleteAsync(queue, cancellationToken: cancellationToken);
        await DeclareAsync(connection, queue, type, cancellationToken);
        LogReplaced(queue);
    }

    /// <summary>How many receive from a queue; null where it is not as we declare one of this type.</summary>
    private static async Task<uint?> ReceiversAsync(IConnection connection, string queue, QueueType type, CancellationToken cancellationToken)
    {
        try
        {
            return (await DeclareAsync(connection, queue, type, cancellationToken)).ConsumerCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is Constants.PreconditionFailed)
        {
            return null;
        }
    }

    private static async Task<QueueDeclareOk> DeclareAsync(IConnection connection, string queue, QueueType type, CancellationToken cancellationToken)
    {
        // A channel of its own: a refusal closes it.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        var declared = await channel.QueueDeclareAsync(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            Arguments(type),
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, routingKey: "", cancellationToken: cancellationToken);
        return declared;
    }

    [LoggerMessage(1243, LogLevel.Warning, "Queue {Queue} was a quorum queue of an older version that nobody received from; it was deleted and declared as a classic one (Broker:QueueType). Jobs that were in it are sent again")]
    private partial void LogReplaced(string queue);
}
