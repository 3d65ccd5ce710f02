using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Pipeline.Core.Messaging;

/// <summary>
/// Declares the queue of a lane, so that jobs can be dispatched before any worker of the lane was ever started. MassTransit
/// declares queues where it consumes and can not declare quorum queues where it sends; names and arguments are those of
/// its receive endpoints.
/// </summary>
public sealed class LaneQueues(IOptions<BrokerOptions> options)
{
    private readonly ConcurrentDictionary<string, bool> _declared = new();

    public async Task EnsureAsync(string queue, CancellationToken cancellationToken)
    {
        if (options.Value.IsMemory || _declared.ContainsKey(queue))
        {
            return;
        }

        var factory = new ConnectionFactory { Uri = options.Value.Uri, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?> { [Headers.XQueueType] = "quorum" },
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, routingKey: "", cancellationToken: cancellationToken);
        _declared[queue] = true;
    }

    public void Forget(string queue) => _declared.TryRemove(queue, out _);
}
