using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres.Rights;

namespace Pipeline.Scheduler.Hangfire;

internal static class HangfireHosting
{
    public const string Schema = DatabaseGrants.SchedulerSchema;

    public static PipelineBuilder AddHangfireSchedules(this PipelineBuilder pipeline)
    {
        // Registered before AddHangfire, which otherwise takes its process-wide statics.
        pipeline.Services.AddSingleton<JobStorage>(services => Storage(
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<IOptions<SchedulerOptions>>().Value,
            services.GetRequiredService<TimeProvider>()));
        pipeline.Services.AddSingleton<IJobFilterProvider>(services => Filters(
            services.GetRequiredService<IOptions<SchedulerOptions>>().Value, services.GetRequiredService<TimeProvider>()));
        pipeline.Services.AddSingleton<IRecurringJobManagerV2>(services => new RecurringJobManager(
            services.GetRequiredService<JobStorage>(),
            services.GetRequiredService<IJobFilterProvider>(),
            new DefaultTimeZoneResolver(),
            () => services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime));
        pipeline.Services.AddHangfire(hangfire => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());

        // The dashboard checks its forms where this is registered.
        pipeline.Services.AddAntiforgery();
        pipeline.Services.AddDataProtection().SetApplicationName("Pipeline"); // By default the path of the application, which replicas need not share.
        pipeline.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>, DataProtectionKeys>();
        pipeline.Services.AddSingleton<HangfireTask>();

        // Before the server: it finds its schema and its schedules.
        pipeline.Services.AddSingleton<HangfireSchedules>();
        pipeline.Services.AddSingleton<ISchedules>(services => services.GetRequiredService<HangfireSchedules>());
        pipeline.Services.AddHostedService(services => services.GetRequiredService<HangfireSchedules>());
        pipeline.Services.AddHostedService<ScheduleDesk>();
        pipeline.Services.AddHangfireServer((services, server) =>
        {
            var options = services.GetRequiredService<IOptions<SchedulerOptions>>().Value;
            server.WorkerCount = options.ConcurrencyMax;
            server.SchedulePollingInterval = options.PollInterval;
            server.Activator = new AspNetCoreJobActivator(services.GetRequiredService<IServiceScopeFactory>());
        });
        return pipeline;
    }

    public static void MapHangfire(this IEndpointRouteBuilder endpoints) => endpoints.MapHangfireDashboard("/hangfire", new DashboardOptions
    {
        DashboardTitle = "Recurring tasks",
        Authorization = [],
        AsyncAuthorization = [new DashboardAccess()],
        DisplayStorageConnectionString = false,

        // What is begun or paused over the API stands in the audit; here nobody would know who it was.
        IsReadOnlyFunc = _ => true,
        AppPath = null,
    });

    // Does not connect yet: the host is not allowed to before the database is there.
    private static ClockedStorage Storage(NpgsqlDataSource dataSource, SchedulerOptions options, TimeProvider time) => new(
        new DataSourceConnections(dataSource),
        new PostgreSqlStorageOptions
        {
            SchemaName = Schema,
            PrepareSchemaIfNecessary = false,
            QueuePollInterval = options.PollInterval,

            // A run belongs to its server as long as that one shows signs of life, however long it takes.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(1),
        },
        time);

    private static JobFilterProviderCollection Filters(SchedulerOptions options, TimeProvider time)
    {
        var retry = new AutomaticRetryAttribute { Attempts = options.RetriesMax, OnAttemptsExceeded = AttemptsExceededAction.Fail };
        if (options.RetriesMax > 0)
        {
            retry.DelaysInSeconds = [.. options.RetryDelays().Select(delay => (int)delay.TotalSeconds)];
        }

        JobFilterCollection filters = new() { retry, new StatisticsHistoryAttribute() };
        filters.Add(new ClockedRetries(time, TimeProvider.System), ClockedRetries.AfterRetries);
        return new(filters, new JobFilterAttributeFilterProvider());
    }

    private sealed class DataSourceConnections(NpgsqlDataSource dataSource) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => dataSource.CreateConnection();
    }
}
