using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Broker;
using Pipeline.Core.Clients;
using Pipeline.Core.Documents;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.Core.Results;
using Pipeline.Core.Schedules;
using Pipeline.Core.Subscriptions;
using Pipeline.Core.Upkeep;

namespace Pipeline.Core.Hosting;

public static class PipelineHosting
{
    private const int PreparedStatementsMax = 64;

    /// <summary>Adds the database, the broker and the roles: the one call that makes a host part of a pipeline.</summary>
    public static IHostApplicationBuilder AddPipeline(this IHostApplicationBuilder host, Action<PipelineBuilder> roles)
    {
        var pipeline = new PipelineBuilder(host);
        host.Services.TryAddSingleton(TimeProvider.System);

        // Five lines a request otherwise.
        host.Configuration["Logging:LogLevel:Microsoft.AspNetCore"] ??= nameof(LogLevel.Warning);

        // ReceiveWatch and OutboxRelay tell of outages, once each and without stack traces.
        host.Configuration["Logging:LogLevel:MassTransit"] ??= nameof(LogLevel.Error);

        // A failed start is told in one sentence by PipelineHost, and LoopService outlives and tells what goes wrong in a loop. The
        // host would report every loop as a crash that a failed start ended before it had begun.
        host.Configuration["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] ??= nameof(LogLevel.None);

        AddOptions(host.Services);
        AddPostgres(host.Services);

        roles(pipeline);
        AddKinds(host, new(pipeline.Kinds));

        var inMemory = host.Configuration[$"{BrokerOptions.Section}:{nameof(BrokerOptions.Url)}"] == BrokerOptions.Memory;
        host.Services.AddSingleton(pipeline.Handlers);
        if (pipeline.Dispatches || pipeline.Handlers.Queues.Count > 0)
        {
            AddEvents(host.Services, inMemory);
        }

        if (pipeline.Handlers.Queues.Count > 0)
        {
            AddWorker(host.Services);
        }

        host.Services.AddSingleton<ConsumedQueues>();
        host.Services.AddSingleton<BrokerQueues>();
        host.Services.AddSingleton<QueueSender>();
        host.Services.AddHostedService<BrokerStart>();

        // Stops first of all, because it was started last: nothing is fetched any more while the rest winds down.
        host.Services.AddBus(inMemory);
        return host;
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddOptions<PostgresOptions>().BindConfiguration(PostgresOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>();
        services.AddOptions<BrokerOptions>().BindConfiguration(BrokerOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BrokerOptions>, BrokerOptionsValidator>();
        services.AddOptions<EventOptions>().BindConfiguration(EventOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EventOptions>, EventOptionsValidator>();
        services.AddOptions<ResultCacheOptions>().BindConfiguration(ResultCacheOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ResultCacheOptions>, ResultCacheOptionsValidator>();
        services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>();
        services.AddOptions<DocumentOptions>().BindConfiguration(DocumentOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DocumentOptions>, DocumentOptionsValidator>();
        services.AddSingleton<IValidateOptions<DocumentOptions>, DocumentOptionsRules>();
    }

    private static void AddKinds(IHostApplicationBuilder host, JobCatalog catalog)
    {
        host.Services.AddSingleton(catalog);
        host.Services.AddSingleton<IValidateOptions<QueueOptions>, QueueOptionsValidator>();
        foreach (var kind in catalog.All)
        {
            var defaults = kind.QueueDefaults;
            foreach (var queue in kind.Queues)
            {
                // In code, because an options class does not know the queue it is for.
                Default(queue, nameof(QueueOptions.Prefetch), defaults.Prefetch);
                Default(queue, nameof(QueueOptions.ItemsPerMessage), queue == kind.Name ? defaults.ItemsPerMessage : defaults.BulkItemsPerMessage);
                host.Services.AddOptions<QueueOptions>(queue).BindConfiguration($"{QueueOptions.Section}:{queue}").ValidateOnStart();
            }
        }

        void Default(string queue, string option, int? value)
        {
            if (value is { } number)
            {
                host.Configuration[$"{QueueOptions.Section}:{queue}:{option}"] ??= number.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    private static void AddPostgres(IServiceCollection services)
    {
        DateTimeOffsetHandler.Register();
        DateOnlyHandler.Register();
        services.AddSingleton(provider => DataSource(provider.GetRequiredService<IOptions<PostgresOptions>>().Value));
        services.AddSingleton(Migration.EmbeddedIn(typeof(Migration).Assembly));
        services.AddSingleton<Migrator>();
        services.AddSingleton<JobPartitions>();
        services.AddHostedService<DatabaseStart>();
        services.AddHealthChecks().AddCheck<PostgresHealth>("postgres", tags: ["ready"]);
        services.AddSingleton<ClientStore>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<QueueAdmission>();
        services.AddSingleton<AsyncAutoResetEvent>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<ChunkStore>();
        services.AddSingleton<EmbeddingModelStore>();
    }

    private static NpgsqlDataSource DataSource(PostgresOptions options)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            if (!connection.ShouldSerialize("Max Auto Prepare"))
            {
                // The same few statements all day: the server need not parse them each time.
                connection.MaxAutoPrepare = PreparedStatementsMax;
            }

            if (!connection.ShouldSerialize("No Reset On Close"))
            {
                // Nobody leaves anything in a session for the next one: settings are local to their transactions, and locks are
                // given back. To wipe a session costs the server more than some of the statements that follow.
                connection.NoResetOnClose = true;
            }

            return NpgsqlDataSource.Create(connection);
        }
        catch (ArgumentException e)
        {
            throw new StartupException(
                // Not the driver's message: it quotes what it could not read, and that may be the password.
                "Postgres:ConnectionString is not an Npgsql connection string, which is not a URL. Write it like Host=localhost;Username=pipeline;Password=…;Database=pipeline.", e);
        }
    }

    /// <summary>Before the worker, so that it stops after the last running job has told its end.</summary>
    private static void AddEvents(IServiceCollection services, bool inMemory)
    {
        services.AddSingleton<EventSender>();
        services.AddSingleton<EventReceivers>();
        if (inMemory)
        {
            services.AddHostedService<MemoryEvents>();
        }
        else
        {
            services.AddHostedService<RabbitEvents>();
        }
    }

    private static void AddWorker(IServiceCollection services)
    {
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerDrain>();
        services.AddSingleton<WorkerFingerprints>();
        services.AddSingleton<RunningAttempts>();
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<WorkerUpdates>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<IJobSteps, JobSteps>();
        services.AddHostedService<WorkerLease>();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>((host, worker) =>
            host.ShutdownTimeout = worker.Value.DrainTimeout + TimeSpan.FromSeconds(15));
    }
}
