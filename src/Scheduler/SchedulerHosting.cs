using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Scheduler.Hangfire;
using Pipeline.Scheduler.Nights;
using Pipeline.Scheduler.Retention;
using Pipeline.Scheduler.SelfTest;

namespace Pipeline.Scheduler;

public static class SchedulerHosting
{
    /// <summary>This process runs recurring tasks. Any number of processes may: each occurrence runs in one of them.</summary>
    public static PipelineBuilder AddScheduler(this PipelineBuilder pipeline)
    {
        pipeline.AddTaskRunner();
        pipeline.AddRetention();
        pipeline.AddActivityReports();
        pipeline.AddRecurringTask<NightlyReportsTask>();
        pipeline.AddRecurringTask<SelfTestTask>();
        pipeline.Services.AddKeyUse();
        return pipeline.AddHangfireSchedules();
    }

    /// <summary>Registers a task; from the next start on it is scheduled.</summary>
    public static PipelineBuilder AddRecurringTask<TTask>(this PipelineBuilder pipeline)
        where TTask : class, IRecurringTask
    {
        pipeline.Services.AddSingleton<IRecurringTask, TTask>();
        return pipeline;
    }

    /// <summary>Maps what the scheduler shows to operators: Hangfire's dashboard.</summary>
    public static IEndpointRouteBuilder MapScheduler(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHangfire();
        return endpoints;
    }

    internal static PipelineBuilder AddTaskRunner(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddValidated<SchedulerOptions, SchedulerOptionsValidator>(SchedulerOptions.Section);
        pipeline.Services.AddSingleton<RecurringTasks>();
        pipeline.Services.AddSingleton<TaskRunner>();
        pipeline.Services.AddHostedService<ScheduleRegistration>();
        return pipeline;
    }
}
