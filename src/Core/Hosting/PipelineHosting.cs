using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Broker;
using Pipeline.Core.Clients;
using Pipeline.Core.Documents;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;
using Pipeline.Core.Models;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Schedules;
using Pipeline.Core.Subscriptions;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Hosting;

public static class PipelineHosting
{
    /// <summary>Adds the database, the broker and the roles: the one call that makes a host part of a pipeline.</summary>
    public static IHostApplicationBuilder AddPipeline(this IHostApplicationBuilder host, Action<PipelineBuilder> roles)
    {
        var pipeline = new PipelineBuilder(host);
        var services = host.Services;
        services.TryAddSingleton<TimeProvider>(new DatabaseClock(TimeProvider.System));
        services.AddSingleton<OutageLog>().AddHostedService<SharedOutages>();
        services.Configure<LoggerFilterOptions>(Quieten);
        host.AddLogFormat(Console.IsOutputRedirected);
        var isMeasured = host.AddTelemetry();
        services.AddPostgres().AddEncryption().AddDocuments();
        services.AddClients().AddSingleton<ScheduleStore>().AddSingleton<ModelFileStore>().AddSingleton<JobStore>().AddSingleton<JobListStore>().AddSingleton<AsyncAutoResetEvent>();

        // Before the roles, which load models.
        services.AddHostedService<WorkerAnnouncement>();
        roles(pipeline);
        MovedSettings.Refuse(host.Configuration, pipeline.Kinds);
        services.AddQueues(new JobCatalog(pipeline.Kinds));

        var inMemory = host.Configuration[$"{BrokerOptions.Section}:{nameof(BrokerOptions.Url)}"] == BrokerOptions.Memory;
        var works = pipeline.Handlers.Queues.Count > 0;
        services.AddSingleton(pipeline.Handlers);
        if (pipeline.Dispatches || works)
        {
            services.AddSubscriptions(inMemory);
        }

        if (works)
        {
            services.AddAttempts();
        }

        if (isMeasured && pipeline.Dispatches)
        {
            services.AddHosted<PipelineMeter>();
        }

        // Stops first of all, because it was started last: nothing is fetched any more while the rest winds down.
        services.AddBroker(inMemory);
        return host;
    }

    /// <summary>What an operator configures comes after these, and counts.</summary>
    private static void Quieten(LoggerFilterOptions options)
    {
        // Five lines a request otherwise.
        Add("Microsoft.AspNetCore", LogLevel.Warning);

        // A line for each look of an orchestrator while a server is away, with a stack trace; the answer to it says the same.
        Add("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);

        // OutageLog, ReceiveWatch, DispatchRelay and FailedMessages tell of outages, once each and without stack traces; it has one for each message
        // that could not be sent or consumed.
        Add("MassTransit", LogLevel.Critical);

        // A line for each of Hangfire's threads after an outage.
        Add("Hangfire.Processing.BackgroundExecution", LogLevel.Warning);

        // A failed start is told in one sentence by PipelineHost, and LoopService outlives and tells what goes wrong in a loop. The
        // host would report every loop as a crash that a failed start ended before it had begun.
        Add("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        void Add(string category, LogLevel level) => options.Rules.Insert(0, new(providerName: null, category, level, filter: null));
    }
}
