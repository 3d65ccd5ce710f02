using Pipeline.Contracts;
using Pipeline.Core.Results;

namespace Pipeline.Core.Subscriptions;

/// <summary>Who receives events in this process: an API those of jobs, a worker the subscriptions to them, an all-in-one both.</summary>
internal sealed class EventReceivers(JobSubscriptions? subscriptions = null, JobWaits? waits = null, WorkerUpdates? attempts = null)
{
    public bool Subscribes => subscriptions is not null;

    public bool Works => attempts is not null;

    public void Receive(JobEvent jobEvent)
    {
        subscriptions?.Receive(jobEvent);
        waits?.Receive(jobEvent);
    }

    public void Receive(SubscribeToJobs subscription) => attempts?.Receive(subscription);

    /// <summary>The process has a new address.</summary>
    public void Connected() => subscriptions?.AnnounceAll();
}
