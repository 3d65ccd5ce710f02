using System.Diagnostics;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// A trace of one span for each run of a recurring task. It is made once the run is over: what a task submits and asks has traces of
/// its own, and a night of thousands of jobs is not one trace.
/// </summary>
public static class TaskTracing
{
    private static readonly ActivitySource _source = new(JobTracing.Name);

    /// <param name="taskId">The task, which names the span.</param>
    /// <param name="outcome">As it is recorded.</param>
    public static void Ran(string taskId, DateTimeOffset began, DateTimeOffset ended, string outcome, bool isFailed)
    {
        if (!_source.HasListeners())
        {
            return;
        }

        using var span = _source.StartActivity($"run {taskId}", ActivityKind.Internal, parentContext: default, startTime: began.UtcDateTime);
        span?.SetTag("pipeline.task.id", taskId).SetTag("pipeline.task.outcome", outcome).SetEndTime((ended > began ? ended : began).UtcDateTime);
        if (isFailed)
        {
            span?.SetTag("error.type", outcome).SetStatus(ActivityStatusCode.Error);
        }
    }
}
