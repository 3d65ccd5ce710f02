using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Broker;

namespace Pipeline.Core.Relay;

/// <summary>
/// Finds messages that neither the broker nor a worker has any more, and lets their jobs wait again: the broker lost its data, somebody
/// deleted or purged a queue, a process died between marking and sending. A queue is first in, first out: of the messages on their way
/// that no worker holds, as many as the broker still has are the youngest, and all others are lost.
/// </summary>
internal sealed partial class LostDispatches(
    DispatchStore store, BrokerQueues queues, IOptions<BrokerOptions> broker, IOptions<RelayOptions> options, TimeProvider time, ILogger<LostDispatches> logger)
{
    private const int LookMax = 10_000;

    private readonly RelayOptions _options = options.Value;
    private long? _lookedAt;

    // Since when each has been missing. What a worker took a moment ago it has not said yet.
    private Dictionary<long, long> _missing = [];

    /// <summary>Looks as often as it may find something new.</summary>
    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        // Nothing gets lost inside a process.
        if (broker.Value.IsMemory || (_lookedAt is { } lookedAt && time.GetElapsedTime(lookedAt) < _options.LostAfter / 4))
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        var unheld = await store.UnheldAsync(_options.LostAfter, LookMax, cancellationToken);
        List<Dispatch> missing = [];
        foreach (var queue in unheld.GroupBy(message => message.Queue))
        {
            missing.AddRange(queue.SkipLast(await queues.CountMessagesAsync(queue.Key, cancellationToken)));
        }

        _missing = missing.ToDictionary(message => message.Id, message => _missing.GetValueOrDefault(message.Id, time.GetTimestamp()));
        foreach (var queue in missing.Where(message => time.GetElapsedTime(_missing[message.Id]) >= _options.LostAfter / 2).GroupBy(message => message.Queue))
        {
            await GiveBackAsync(queue.Key, [.. queue.Select(message => message.Id)], cancellationToken);
        }
    }

    private async Task GiveBackAsync(string queue, long[] ids, CancellationToken cancellationToken)
    {
        var done = await store.DeleteDoneAsync(ids, cancellationToken);
        if (ids.Length > done)
        {
            await store.GiveBackAsync(ids, cancellationToken);
            LogLost(ids.Length - done, queue);
        }
    }

    [LoggerMessage(1208, LogLevel.Warning, "Neither the broker nor a worker has {Messages} messages of queue {Queue} any more; dispatching their jobs again")]
    private partial void LogLost(int messages, string queue);
}
