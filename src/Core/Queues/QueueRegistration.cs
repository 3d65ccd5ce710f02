using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Results;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Queues;

internal static class QueueRegistration
{
    /// <summary>The queues of every kind, with their bounds.</summary>
    public static IServiceCollection AddQueues(this IServiceCollection services, JobCatalog catalog)
    {
        services.AddSingleton(catalog);
        services.AddValidated<WorkerOptions, WorkerOptionsValidator>(WorkerOptions.Section);
        services.AddSingleton<IValidateOptions<QueueOptions>, QueueOptionsValidator>();
        foreach (var kind in catalog.All)
        {
            foreach (var queue in kind.Queues)
            {
                services.AddOptions<QueueOptions>(queue)
                    .Configure(options => SetDefaults(options, kind, queue))
                    .BindConfiguration($"{QueueOptions.Section}:{queue}")
                    .ValidateOnStart();
            }
        }

        return services.AddSingleton<ConsumedQueues>().AddSingleton<WorkerSteering>().AddSingleton<VocabularyStore>();
    }

    /// <summary>This process samples the queues.</summary>
    public static IServiceCollection AddQueueStatistics(this IServiceCollection services) => services
        .AddSingleton<KnownFingerprints>()
        .AddSingleton<KnownWriters>()
        .AddSingleton<KnownModels>()
        .AddHosted<QueueStatistics>()
        .AddHostedService<QueueMeter>();

    // An options class does not know the queue it is for.
    private static void SetDefaults(QueueOptions options, JobKind kind, string queue)
    {
        var defaults = kind.QueueDefaults;
        options.Prefetch = defaults.Prefetch ?? options.Prefetch;
        options.ItemsPerMessage = queue == kind.Name ? defaults.ItemsPerMessage ?? options.ItemsPerMessage : defaults.BulkItemsPerMessage;
    }
}
