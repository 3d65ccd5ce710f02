using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Subscriptions;

/// <summary>Carries events inside the one process that does everything.</summary>
internal sealed class MemoryEvents(EventSender sender, EventReceivers receivers, TimeProvider time, ILogger<MemoryEvents> logger)
    : LoopService(time, logger)
{
    private const string Address = "memory";

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        sender.SetAddress(Address);
        receivers.Connected();
        await foreach (var outgoing in sender.Outgoing.ReadAllAsync(stoppingToken))
        {
            if (outgoing.Event is { } jobEvent)
            {
                receivers.Receive(jobEvent);
            }
            else if (outgoing.Subscription is { } subscription)
            {
                receivers.Receive(subscription);
            }
        }
    }
}
