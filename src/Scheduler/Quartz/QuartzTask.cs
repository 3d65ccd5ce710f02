using Quartz;

namespace Pipeline.Scheduler.Quartz;

/// <summary>Its full name is in the store: never rename.</summary>
internal sealed class QuartzTask(TaskRunner runner) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await runner.RunAsync(context.JobDetail.Key.Name, cancellationToken);
}
