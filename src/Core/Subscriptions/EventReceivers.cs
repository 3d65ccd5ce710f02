using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
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

internal static class SubscriptionRegistration
{
    /// <summary>This process carries the updates of jobs. Before the worker, so that it stops after the last running job has told its end.</summary>
    public static IServiceCollection AddSubscriptions(this IServiceCollection services, bool inMemory)
    {
        services.AddValidated<EventOptions, EventOptionsValidator>(EventOptions.Section);
        services.AddSingleton<EventSender>();
        services.AddSingleton<EventReceivers>();
        return inMemory ? services.AddHostedService<MemoryEvents>() : services.AddHostedService<RabbitEvents>();
    }
}
