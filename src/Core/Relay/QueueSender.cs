using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Broker;

namespace Pipeline.Core.Relay;

/// <summary>Sends to a queue; returns once the broker has confirmed.</summary>
public sealed class QueueSender(IBus bus, BrokerQueues declared, IOptions<BrokerOptions> options)
{
    private readonly BrokerOptions _options = options.Value;

    public async Task SendAsync(string queue, JobReady message, CancellationToken cancellationToken)
    {
        var name = _options.QueueName(queue);
        await declared.EnsureAsync(name, cancellationToken);
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{name}"));
        try
        {
            await endpoint.Send(message, Describe, cancellationToken);
        }
        catch (MessageReturnedException)
        {
            // The broker lost the queue (its data was deleted, or an operator deleted the queue). It is declared again for
            // the next try; the message waits again until then.
            declared.Forget(name);
            throw;
        }
    }

    private void Describe(SendContext<JobReady> context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
        {
            // Without this the broker confirms a message that no queue took.
            rabbit.Mandatory = true;

            // A classic queue would write it to the disk before it confirms. The row of the message is on one already.
            rabbit.Durable = _options.QueueType is QueueType.Quorum;
        }
    }
}
