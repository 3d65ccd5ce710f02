using Hangfire;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>Its full name and the method's are in the store: never rename.</summary>
public sealed class HangfireTask
{
    private readonly TaskRunner _runner;

    internal HangfireTask(TaskRunner runner) => _runner = runner;

    [JobDisplayName("{0}")]
    public Task RunAsync(string taskId, CancellationToken cancellationToken) => _runner.RunAsync(taskId, cancellationToken);
}
