using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Quartz;

namespace Pipeline.Scheduler.Quartz;

internal static class QuartzHosting
{
    public const string Schema = "quartz";

    public static PipelineBuilder AddQuartzSchedules(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddQuartz(quartz => quartz
            .ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "pipeline";
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            })
            .UsePersistentStore(store => store
                .UsePostgres(source => source.DataSourceFactory = services => services.GetRequiredService<NpgsqlDataSource>())
                .UseClustering()
                .ProvisionSchema()
                .ConfigureStore(tables =>
                {
                    tables.TablePrefix = $"{Schema}.";
                    tables.StoreJobDataAsStrings = true;

                    // A deploy is not the task's fault: another process, or this one's successor, runs it again.
                    tables.RecoverFiringsCancelledByShutdown = true;
                })));
        pipeline.Services.AddOptions<QuartzSchedulerOptions>().Configure<IOptions<SchedulerOptions>>((quartz, scheduler) =>
            quartz.IdleWaitTime = scheduler.Value.PollInterval);
        pipeline.Services.AddOptions<AdoJobStoreOptions>().Configure<IOptions<SchedulerOptions>>((store, scheduler) =>
            store.MisfireHandlerFrequency = scheduler.Value.PollInterval);
        pipeline.Services.AddOptions<ThreadPoolOptions>().Configure<IOptions<SchedulerOptions>>((pool, scheduler) =>
            pool.MaxConcurrency = scheduler.Value.ConcurrencyMax);
        pipeline.Services.AddSingleton<QuartzSchedules>();
        pipeline.Services.AddSingleton<ISchedules>(services => services.GetRequiredService<QuartzSchedules>());
        pipeline.Services.AddHostedService(services => services.GetRequiredService<QuartzSchedules>());
        pipeline.Services.AddHostedService<ScheduleDesk>();
        return pipeline;
    }
}
