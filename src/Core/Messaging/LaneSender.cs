using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Core.Messaging;

/// <summary>Sends to the queue of a lane; returns once the broker has confirmed.</summary>
public sealed class LaneSender(IBus bus, LaneQueues queues, IOptions<BrokerOptions> options)
{
    private readonly BrokerOptions _options = options.Value;

    public async Task SendAsync(string lane, JobReady message, CancellationToken cancellationToken)
    {
        var queue = _options.QueueName(lane);
        await queues.EnsureAsync(queue, cancellationToken);
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{queue}"));
        try
        {
            await endpoint.Send(message, Mandatory, cancellationToken);
        }
        catch (MessageReturnedException)
        {
            // The broker lost the queue (its data was deleted, or an operator deleted the queue). It is declared again for
            // the next try; the row stays in the outbox until then.
            queues.Forget(queue);
            throw;
        }
    }

    // Without this the broker confirms a message that no queue took.
    private static void Mandatory(SendContext<JobReady> context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
        {
            rabbit.Mandatory = true;
        }
    }
}
