using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.Core.Subscriptions;

/// <summary>The updates of the attempts that run in this worker, and their subscribers.</summary>
internal sealed partial class WorkerUpdates(EventSender sender, IOptions<EventOptions> options, TimeProvider time, ILogger<WorkerUpdates> logger)
{
    private readonly EventOptions _options = options.Value;
    private readonly ConcurrentDictionary<Guid, AttemptUpdates> _attempts = new();
    private readonly Lock _lock = new();
    private readonly SubscriptionTable _subscriptions = new(options.Value.SubscriptionsMax);
    private long _forgotAt;
    private bool _isFull;

    /// <summary>The updates of an attempt that begins; the first goes to those who are subscribed already.</summary>
    public AttemptUpdates Open(ClaimedJob job)
    {
        var updates = new AttemptUpdates(job.Id, job.Attempt, sender, _options, time, Close);
        _attempts[job.Id] = updates;

        // In this order: a subscription that comes now finds the attempt, or is found here.
        if (job.Subscriber is { } address)
        {
            updates.Subscribe(address, UntilFrom(time.GetTimestamp()), fromStart: false);
        }

        foreach (var (subscriber, until) in SubscribersOf(job.Id))
        {
            updates.Subscribe(subscriber, until, fromStart: false);
        }

        return updates;
    }

    /// <summary>Somebody subscribes to these jobs, whether they run here or not.</summary>
    public void Receive(SubscribeToJobs subscription)
    {
        var now = time.GetTimestamp();
        var until = UntilFrom(now);
        lock (_lock)
        {
            if (time.GetElapsedTime(_forgotAt, now) > _options.SubscriptionLifetime)
            {
                _subscriptions.Forget(now);
                _forgotAt = now;
            }

            var fit = subscription.JobIds.All(jobId => _subscriptions.TryAdd(jobId, subscription.Address, until, now));
            if (!fit && !_isFull)
            {
                LogFull(_subscriptions.Count);
            }

            _isFull = !fit;
        }

        foreach (var jobId in subscription.JobIds)
        {
            if (_attempts.TryGetValue(jobId, out var updates))
            {
                updates.Subscribe(subscription.Address, until, subscription.FromStart);
            }
        }
    }

    private List<(string Address, long Until)> SubscribersOf(Guid jobId)
    {
        lock (_lock)
        {
            return [.. _subscriptions.Of(jobId, time.GetTimestamp())];
        }
    }

    // A later attempt of the same job may have taken the place.
    private void Close(AttemptUpdates updates) => _attempts.TryRemove(new(updates.JobId, updates));

    private long UntilFrom(long now) => now + (long)(_options.SubscriptionLifetime.TotalSeconds * time.TimestampFrequency);

    [LoggerMessage(1171, LogLevel.Warning, "Subscription limit reached ({Count}, Events:SubscriptionsMax): of further jobs only states and results are streamed")]
    private partial void LogFull(int count);
}
