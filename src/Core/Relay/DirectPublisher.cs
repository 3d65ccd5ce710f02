using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Relay;

/// <summary>
/// Sends messages of jobs that this process has just accepted, without reading them back. Their rows are marked as sent from the
/// beginning; what the broker does not take waits again, and what dies with the process is found like any lost message.
/// </summary>
public sealed class DirectPublisher(DispatchStore store, DispatchSender sender, IOptions<RelayOptions> options, TimeProvider time, ILogger<DirectPublisher> logger)
    : LoopService(time, logger)
{
    // Bounded by the windows: nothing comes here for which its queue has no room.
    private readonly Channel<(Dispatch Message, long Since)> _messages = Channel.CreateUnbounded<(Dispatch, long)>(
        new UnboundedChannelOptions { SingleReader = true });

    // Taken, and not known to be sent or given back: where a round failed, the next one gives them back.
    private readonly List<long> _open = [];

    /// <summary>Takes a message whose row has been committed.</summary>
    internal void Add(Dispatch message) => _messages.Writer.TryWrite((message, Time.GetTimestamp()));

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        await GiveBackOpenAsync(stoppingToken);
        while (await _messages.Reader.WaitToReadAsync(stoppingToken))
        {
            await PublishAsync(Take(), stoppingToken);
            RoundDone();
        }
    }

    protected override bool IsOutage(Exception exception) => DispatchSender.IsOutage(exception);

    private async Task PublishAsync(List<Dispatch> messages, CancellationToken cancellationToken)
    {
        _open.AddRange(messages.Select(message => message.Id));
        var (unsent, failure) = await sender.SendAsync(messages, cancellationToken);
        _open.Clear();
        _open.AddRange(unsent);
        if (failure is not null)
        {
            await GiveBackOpenAsync(cancellationToken);
            if (failure is not BrokerBlockedException)
            {
                throw failure;
            }
        }
    }

    private async Task GiveBackOpenAsync(CancellationToken cancellationToken)
    {
        if (_open.Count > 0)
        {
            await store.GiveBackAsync([.. _open], cancellationToken);
            _open.Clear();
        }
    }

    private List<Dispatch> Take()
    {
        List<Dispatch> taken = [];
        while (taken.Count < sender.GroupMax && _messages.Reader.TryRead(out var entry))
        {
            // Older ones may count as lost, and be somebody else's to send.
            if (Time.GetElapsedTime(entry.Since) < options.Value.LostAfter / 2)
            {
                taken.Add(entry.Message);
            }
        }

        return taken;
    }
}
