using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Scheduler;

/// <summary>
/// The one way a task runs, whichever library says that it is due: never beside itself in any process, within its time,
/// logged. It throws what the task throws: the library that called retries.
/// </summary>
internal sealed partial class TaskRunner(
    RecurringTasks tasks,
    NpgsqlDataSource dataSource,
    IOptions<SchedulerOptions> options,
    TimeProvider time,
    ILogger<TaskRunner> logger)
{
    /// <exception cref="TimeoutException">The task took longer than <see cref="SchedulerOptions.TaskTimeout"/>.</exception>
    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        var task = tasks.Get(id);
        await using var running = await AdvisoryLock.TryAcquireAsync(dataSource, $"scheduler:task:{id}", cancellationToken);
        if (running is null)
        {
            LogStillRunning(id);
            return;
        }

        using var timeout = new CancellationTokenSource(options.Value.TaskTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            await task.RunAsync(stop.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Recurring task '{id}' was stopped after {options.Value.TaskTimeout}. Raise Scheduler:TaskTimeout, or give it less to do.", e);
        }

        LogRan(id, time.GetElapsedTime(started));
    }

    [LoggerMessage(4001, LogLevel.Information, "Recurring task {TaskId} ran in {Elapsed}")]
    private partial void LogRan(string taskId, TimeSpan elapsed);

    [LoggerMessage(4002, LogLevel.Warning, "Recurring task {TaskId} is due but still running; this occurrence is skipped")]
    private partial void LogStillRunning(string taskId);
}
