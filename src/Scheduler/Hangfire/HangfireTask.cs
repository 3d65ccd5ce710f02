using Hangfire;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>Its full name and the method's are in the store: never rename.</summary>
internal sealed class HangfireTask(TaskRunner runner)
{
    [JobDisplayName("{0}")]
    public Task RunAsync(string taskId, CancellationToken cancellationToken) => runner.RunAsync(taskId, cancellationToken);
}
