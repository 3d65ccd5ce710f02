using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Results;
using Pipeline.Core.Steering;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Attempts;

internal static class AttemptRegistration
{
    /// <summary>This process is a worker: it runs attempts and keeps its lease.</summary>
    public static IServiceCollection AddAttempts(this IServiceCollection services)
    {
        services.AddValidated<WorkerOptions, WorkerOptionsValidator>(WorkerOptions.Section);
        services.AddValidated<ResultCacheOptions, ResultCacheOptionsValidator>(ResultCacheOptions.Section);
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerDrain>();
        services.AddSingleton<PauseStore>();
        services.AddSingleton<WorkerFingerprints>();
        services.AddSingleton<RunningAttempts>();
        services.AddSingleton<HeldDispatches>();
        services.AddSingleton<PoisonCandidates>();
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<WorkerUpdates>();
        services.AddSingleton<JobDependencies>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<IJobSteps, JobSteps>();
        services.AddHostedService<DependencyProbes>();
        services.AddHostedService<WorkerLease>();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>((host, worker) =>
            host.ShutdownTimeout = worker.Value.DrainTimeout + TimeSpan.FromSeconds(15));
        return services;
    }
}
