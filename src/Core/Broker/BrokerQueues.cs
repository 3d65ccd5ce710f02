using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Broker;

/// <summary>
/// Declares queues at the broker, so that jobs can be dispatched before any worker of theirs was ever started. MassTransit
/// declares queues where it consumes and cannot give them arguments where it sends; names and arguments are those of its
/// receive endpoints.
/// </summary>
public sealed class BrokerQueues(IOptions<BrokerOptions> options) : IDisposable
{
    // RabbitMQ 4 drops a message of a quorum queue after 20 deliveries unless told otherwise. Here a job that was delivered
    // often was held by workers that died for other reasons; the database counts its deaths. Older brokers refuse -1.
    private const int DeliveriesMax = 1_000_000_000;

    private const int NotFound = 404;

    private readonly ConcurrentDictionary<string, bool> _declared = new();
    private readonly SemaphoreSlim _declaring = new(1);

    /// <summary>Arguments of every queue, wherever it is declared: they must be the same.</summary>
    public static Dictionary<string, object?> Arguments(QueueType type) => type is QueueType.Quorum
        ? new() { [Headers.XQueueType] = "quorum", ["x-delivery-limit"] = DeliveriesMax }
        : new() { [Headers.XQueueType] = "classic" };

    public void Dispose() => _declaring.Dispose();

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
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            return 0;
        }
    }

    public void Forget(string queue) => _declared.TryRemove(queue, out _);

    private async Task DeclareAsync(string queue, CancellationToken cancellationToken)
    {
        await using var connection = await options.Value.ConnectionFactory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            Arguments(options.Value.QueueType),
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, routingKey: "", cancellationToken: cancellationToken);
    }
}
