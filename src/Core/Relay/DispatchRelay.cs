using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Relay;

/// <summary>
/// Carries the backlog to the broker: the next jobs in fair order, whenever the window of their queue has room. One process at a time
/// leads; the others stand by and follow within a second or two of its end. No transaction is open while the broker is waited for:
/// messages are marked as sent, sent, and given back if the broker did not take them.
/// </summary>
internal sealed partial class DispatchRelay(
    NpgsqlDataSource dataSource,
    DispatchStore store,
    DispatchWindows windows,
    DispatchSender sender,
    LostDispatches lost,
    UsageStore usage,
    BudgetStore budgets,
    AsyncAutoResetEvent signal,
    IOptions<RelayOptions> options,
    TimeProvider time,
    ILogger<DispatchRelay> logger) : LoopService(time, logger)
{
    private const string LockName = "relay";

    private static readonly TimeSpan StandbyInterval = TimeSpan.FromSeconds(1);

    // A window is refilled when a quarter of it is free.
    private const int RefillsPerWindow = 4;

    private static readonly TimeSpan LookIntervalMin = TimeSpan.FromMilliseconds(5);

    // A queue whose messages the broker did not take.
    private static readonly TimeSpan RestInterval = TimeSpan.FromSeconds(5);

    // The end of a job tells nobody: a client that waits for it is looked after more often.
    private static readonly TimeSpan HeldBackInterval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan CorrectInterval = TimeSpan.FromSeconds(1);

    private readonly RelayOptions _options = options.Value;
    private readonly Dictionary<string, FairOrder> _orders = [];
    private readonly Dictionary<string, DrainRate> _drains = [];
    private readonly Dictionary<string, long> _resting = [];
    private readonly Dictionary<string, Task> _sending = [];
    private readonly HashSet<string> _refused = [];
    private IReadOnlyDictionary<string, KindCost> _costs = new Dictionary<string, KindCost>();
    private long _corrected;

    protected override bool IsOutage(Exception exception) => DispatchSender.IsOutage(exception);

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await using (var leading = await AdvisoryLock.TryAcquireAsync(dataSource, LockName, stoppingToken))
            {
                if (leading is not null)
                {
                    await LeadAsync(leading, stoppingToken);
                }
            }

            RoundDone();
            await Task.Delay(StandbyInterval, Time, stoppingToken);
        }
    }

    /// <summary>Leads until the session with the lock is lost. Two leaders at once would do no harm: a message is marked by one of them.</summary>
    private async Task LeadAsync(AdvisoryLock leading, CancellationToken stoppingToken)
    {
        _orders.Clear();
        _costs = await usage.CostsAsync(stoppingToken);
        var cares = Time.GetTimestamp();
        try
        {
            while (true)
            {
                if (Time.GetElapsedTime(cares) >= _options.PollInterval)
                {
                    cares = Time.GetTimestamp();
                    await leading.AssertHeldAsync(stoppingToken);
                    await store.ReleaseDueAsync(stoppingToken);
                    await lost.GiveBackAsync(stoppingToken);
                    await CorrectAsync(stoppingToken);
                }

                var rest = await RelayAsync(stoppingToken);
                RoundDone();
                if (rest > TimeSpan.Zero)
                {
                    await signal.WaitAsync(rest, stoppingToken);
                }
            }
        }
        finally
        {
            await Task.WhenAll(_sending.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _sending.Clear();
        }
    }

    /// <summary>One look at all queues; returns how long the next one may wait.</summary>
    private async Task<TimeSpan> RelayAsync(CancellationToken cancellationToken)
    {
        await EndSendingAsync(cancellationToken);
        var backlogs = (await windows.LookAsync(cancellationToken)).Queues;
        foreach (var (queue, order) in _orders)
        {
            order.Begin(backlogs.GetValueOrDefault(queue)?.Waiting.Keys ?? []);
        }

        var rest = backlogs.Values.Any(backlog => backlog.HeldBack > 0) ? Shortest(_options.PollInterval, HeldBackInterval) : _options.PollInterval;
        foreach (var (queue, backlog) in backlogs.Where(entry => entry.Value is { IsPaused: false, Waiting.Count: > 0 }))
        {
            var drain = Drain(queue);
            drain.Observe(backlog.Sent, backlog.Slots);
            var window = (int)(_options.Window(backlog.Slots, drain.PerSecond) * drain.Boost);
            var room = window - backlog.Sent;

            if (_sending.ContainsKey(queue) || IsResting(queue))
            {
                continue;
            }

            // Not for a handful while workers have enough: a round costs as much for one message as for many.
            var missing = Math.Min(Math.Max(1, window / RefillsPerWindow) - room, backlog.Sent - backlog.Slots);
            if (room > 0 && missing <= 0)
            {
                rest = await RelayAsync(queue, backlog, room, cancellationToken) ? TimeSpan.Zero : rest;
            }
            else
            {
                rest = drain.TimeOf(missing, rest);
            }
        }

        if (_sending.Count > 0)
        {
            // The next round begins with the first queue that is done, and does not wait for one that takes nothing.
            await Task.WhenAny([.. _sending.Values, Task.Delay(_options.WindowTime / RefillsPerWindow, Time, cancellationToken)]);
        }

        return rest > TimeSpan.Zero && rest < LookIntervalMin ? LookIntervalMin : rest;
    }

    /// <summary>Once a second is often enough: a client gets no more than a window beyond its share meanwhile, and budgets count what is not added yet.</summary>
    private async Task CorrectAsync(CancellationToken cancellationToken)
    {
        if (Time.GetElapsedTime(_corrected) < CorrectInterval)
        {
            return;
        }

        _corrected = Time.GetTimestamp();
        await budgets.SettleAsync(cancellationToken);
        foreach (var settled in await usage.SettleAsync(cancellationToken))
        {
            if (_orders.TryGetValue(settled.Queue, out var order))
            {
                order.Correct(settled.ClientId, settled.Jobs, settled.Tokens, settled.Estimated);
            }
        }

        // After what was charged by the old ones was corrected.
        _costs = await usage.CostsAsync(cancellationToken);
        foreach (var (queue, order) in _orders)
        {
            order.Cost = CostOf(queue);
        }
    }

    private KindCost CostOf(string queue) => _costs.GetValueOrDefault(JobKind.OfQueue(queue), KindCost.Unmeasured);

    private async Task<bool> RelayAsync(string queue, QueueBacklog backlog, int room, CancellationToken cancellationToken)
    {
        if (!_orders.TryGetValue(queue, out var order))
        {
            _orders[queue] = order = new() { Cost = CostOf(queue) };
            order.Begin(backlog.Waiting.Keys);
        }

        // Most rounds take a few of each; who has more than its share of the window waiting is read on in the next round.
        var perClient = Math.Min(sender.GroupMax, (2 * room / backlog.Waiting.Count) + 8);
        var heads = await store.HeadsAsync(queue, backlog.Waiting, perClient, cancellationToken);
        var next = order.Take(heads, room, sender.GroupMax, backlog.Rooms);
        var messages = await store.MarkSentAsync([.. next.Select(message => message.Id)], cancellationToken);
        if (messages.Count > 0)
        {
            Drain(queue).Add(messages.Sum(message => message.Jobs));
            _sending[queue] = SendAsync(queue, messages, cancellationToken);
        }

        return messages.Count > 0;
    }

    private async Task SendAsync(string queue, IReadOnlyList<Dispatch> messages, CancellationToken cancellationToken)
    {
        var (unsent, failure) = await sender.SendAsync(messages, cancellationToken);
        if (unsent.Length > 0)
        {
            await store.GiveBackAsync(unsent, cancellationToken);
            throw failure!;
        }
    }

    private async Task EndSendingAsync(CancellationToken cancellationToken)
    {
        foreach (var (queue, task) in _sending.Where(entry => entry.Value.IsCompleted).ToArray())
        {
            _sending.Remove(queue);
            try
            {
                await task;
                if (_refused.Remove(queue))
                {
                    LogTakesAgain(queue);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsOutage(e))
            {
                // The trouble of one queue is not that of the others: it rests, and the round goes on. Said once an outage; an
                // alarm, and a broker that is away, once for all queues.
                _resting[queue] = Time.GetTimestamp();
                if (e is not BrokerBlockedException && Outages?.Failed(part: null, e) is not true && _refused.Add(queue))
                {
                    LogRefused(queue, e.GetBaseException().Message);
                }
            }
        }
    }

    private DrainRate Drain(string queue) => _drains.TryGetValue(queue, out var drain) ? drain : _drains[queue] = new(Time);

    private static TimeSpan Shortest(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private bool IsResting(string queue) => _resting.TryGetValue(queue, out var since) && Time.GetElapsedTime(since) < RestInterval;

    [LoggerMessage(1209, LogLevel.Warning, "The broker does not take messages of queue {Queue}; they wait and are tried again: {Reason}")]
    private partial void LogRefused(string queue, string reason);

    [LoggerMessage(1210, LogLevel.Information, "The broker takes messages of queue {Queue} again")]
    private partial void LogTakesAgain(string queue);
}

internal static class RelayRegistration
{
    /// <summary>This process carries dispatches to the broker: its own from memory, and the backlog while it leads.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services) => services
        .AddValidated<RelayOptions, RelayOptionsValidator>(RelayOptions.Section)
        .AddSingleton<DispatchSender>()
        .AddSingleton<DispatchStore>()
        .AddSingleton<LostDispatches>()
        .AddUsage()
        .AddHostedService<MemoryBrokerStart>()
        .AddHosted<DispatchWindows>()
        .AddHosted<DirectPublisher>()
        .AddHosted<DispatchRelay>();
}
