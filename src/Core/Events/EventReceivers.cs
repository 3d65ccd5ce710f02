using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Events;

/// <summary>What in this process wants to hear: an API hears of jobs, a worker of those who follow them, an all-in-one of both.</summary>
internal sealed class EventReceivers(JobWatches? watches = null, JobWaits? waits = null, JobFeeds? feeds = null)
{
    public bool Follows => watches is not null;

    public bool Works => feeds is not null;

    public void Receive(JobEvent jobEvent)
    {
        watches?.Receive(jobEvent);
        waits?.Receive(jobEvent);
    }

    public void Receive(WatchJobs watch) => feeds?.Receive(watch);

    /// <summary>The process has a new address.</summary>
    public void Connected() => watches?.TellAll();
}
