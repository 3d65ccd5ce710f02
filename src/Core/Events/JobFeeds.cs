using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Events;

/// <summary>The attempts that run in this worker, and who follows them.</summary>
internal sealed partial class JobFeeds(EventSender sender, IOptions<EventOptions> options, TimeProvider time, ILogger<JobFeeds> logger)
{
    private readonly EventOptions _options = options.Value;
    private readonly ConcurrentDictionary<Guid, AttemptFeed> _feeds = new();
    private readonly Lock _lock = new();
    private readonly WatchTable _watches = new(options.Value.WatchesMax);
    private long _forgotAt;
    private bool _isFull;

    /// <summary>The feed of an attempt that begins; whoever follows the job is told so.</summary>
    public AttemptFeed Open(ClaimedJob job)
    {
        var feed = new AttemptFeed(job.Id, job.Attempt, sender, _options, time, Close);
        _feeds[job.Id] = feed;

        // In this order: a watch that comes now finds the feed, or is found here.
        if (job.Watcher is { } address)
        {
            feed.Watch(address, UntilFrom(time.GetTimestamp()), fromStart: false);
        }

        foreach (var (watcher, until) in WatchersOf(job.Id))
        {
            feed.Watch(watcher, until, fromStart: false);
        }

        return feed;
    }

    /// <summary>Somebody follows these jobs, whether they run here or not.</summary>
    public void Receive(WatchJobs watch)
    {
        var now = time.GetTimestamp();
        var until = UntilFrom(now);
        lock (_lock)
        {
            if (time.GetElapsedTime(_forgotAt, now) > _options.WatchLifetime)
            {
                _watches.Forget(now);
                _forgotAt = now;
            }

            var fit = watch.JobIds.All(jobId => _watches.TryAdd(jobId, watch.Address, until, now));
            if (!fit && !_isFull)
            {
                LogFull(_watches.Count);
            }

            _isFull = !fit;
        }

        foreach (var jobId in watch.JobIds)
        {
            if (_feeds.TryGetValue(jobId, out var feed))
            {
                feed.Watch(watch.Address, until, watch.FromStart);
            }
        }
    }

    private List<(string Address, long Until)> WatchersOf(Guid jobId)
    {
        lock (_lock)
        {
            return [.. _watches.Of(jobId, time.GetTimestamp())];
        }
    }

    // A later attempt of the same job may have taken the place.
    private void Close(AttemptFeed feed) => _feeds.TryRemove(new(feed.JobId, feed));

    private long UntilFrom(long now) => now + (long)(_options.WatchLifetime.TotalSeconds * time.TimestampFrequency);

    [LoggerMessage(1171, LogLevel.Warning, "Remembers {Count} watches, as many as Events:WatchesMax allows: of further jobs only states and results are seen")]
    private partial void LogFull(int count);
}
