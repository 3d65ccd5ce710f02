using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Relay;

namespace Pipeline.Core.Queues;

/// <summary>
/// Whether a job that waits will be done by its deadline: from how fast its queue drains and what is before it. The clients that wait are taken
/// to have the same share, and no more than <see cref="CountMax"/> rows are counted.
/// </summary>
public sealed class DeadlineOutlook(DispatchStore dispatches, QueueStatistics statistics, TimeProvider time)
{
    private const int CountMax = 1_000;

    /// <summary>Null when that is not known, and for a job that does not wait or has no deadline.</summary>
    public async Task<bool?> IsLikelyAsync(Job job, CancellationToken cancellationToken)
    {
        if (job is not { State: JobState.Queued, Deadline: { } deadline })
        {
            return null;
        }

        var left = deadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero || job.DueAt > deadline)
        {
            return false;
        }

        return statistics.Current.FirstOrDefault(queue => queue.Queue == job.Queue) is { Slots: > 0 } queue
            ? IsLikely(queue, await dispatches.CountBeforeAsync(job, deadline, CountMax, cancellationToken), left)
            : null;
    }

    internal static bool? IsLikely(QueueStatus queue, int ownBefore, TimeSpan left)
    {
        // Until it is its turn, each of the others gets as much as its own client.
        var before = Math.Min((long)ownBefore * Math.Max(1, queue.ClientsWaiting), queue.Depth) + queue.Dispatched;
        if (before + queue.Running < queue.Slots)
        {
            return true;
        }

        if (queue.DrainPerSecond <= 0)
        {
            return null;
        }

        var isInTime = before / queue.DrainPerSecond <= left.TotalSeconds;
        return ownBefore < CountMax || !isInTime ? isInTime : null;
    }
}
