using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Schedules;
using Pipeline.Core.Telemetry;

namespace Pipeline.Scheduler;

/// <summary>
/// The one way a task runs, whichever library says that it is due: never beside itself in any process, not while it is paused,
/// within its time, and records its outcome. It throws what the task throws: Hangfire retries.
/// </summary>
internal sealed partial class TaskRunner(
    RecurringTasks tasks,
    NpgsqlDataSource dataSource,
    ScheduleStore schedules,
    IOptions<SchedulerOptions> options,
    TimeProvider time,
    ILogger<TaskRunner> logger)
{
    /// <exception cref="TimeoutException">The task took longer than <see cref="SchedulerOptions.TaskTimeout"/>.</exception>
    public Task RunAsync(string id, CancellationToken cancellationToken) => RunAsync(id, asked: false, cancellationToken);

    /// <summary>Runs the task if a run was requested and has not happened yet, even if the task is paused.</summary>
    /// <exception cref="TimeoutException">The same.</exception>
    public Task RunAskedAsync(string id, CancellationToken cancellationToken) => RunAsync(id, asked: true, cancellationToken);

    private async Task RunAsync(string id, bool asked, CancellationToken cancellationToken)
    {
        var task = tasks.Get(id);
        await using var running = await AdvisoryLock.TryAcquireAsync(dataSource, $"scheduler:task:{id}", cancellationToken);
        if (running is null)
        {
            LogStillRunning(id);
            return;
        }

        if (!await schedules.TryBeginAsync(id, asked, cancellationToken))
        {
            if (!asked)
            {
                LogPaused(id);
            }

            return;
        }

        var (began, started) = (time.GetUtcNow(), time.GetTimestamp());
        try
        {
            await DatabaseClock.SetAsync(time, dataSource, cancellationToken); // Tasks delete what is old and report on days that are over.
            await RunAsync(task, cancellationToken);
            await schedules.EndAsync(id, ScheduleOutcome.Succeeded, null, cancellationToken);
            TaskTracing.Ran(id, began, time.GetUtcNow(), ScheduleOutcome.Succeeded, isFailed: false);
        }
        catch (Exception e)
        {
            await TellAsync(id, began, e, cancellationToken);
            throw;
        }

        LogRan(id, time.GetElapsedTime(started));
    }

    private async Task RunAsync(IRecurringTask task, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.TaskTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await task.RunAsync(stop.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Recurring task '{task.Id}' was stopped after {options.Value.TaskTimeout}. Raise Scheduler:TaskTimeout, or give it less to do.", e);
        }
    }

    private async Task TellAsync(string id, DateTimeOffset began, Exception exception, CancellationToken cancellationToken)
    {
        var (outcome, error) = exception switch
        {
            OperationCanceledException when cancellationToken.IsCancellationRequested => (ScheduleOutcome.Interrupted, "Its process was stopped."),
            TimeoutException => (ScheduleOutcome.TimedOut, exception.Message),
            _ => (ScheduleOutcome.Failed, PublicReason.Of(exception)),
        };
        TaskTracing.Ran(id, began, time.GetUtcNow(), outcome, isFailed: true);
        try
        {
            // Not cancellable: the stop itself is to be recorded.
            await schedules.EndAsync(id, outcome, error, CancellationToken.None);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            // Where the database is away the run stays marked as running, and reads as interrupted.
            LogOutcomeLost(id, e.Message);
        }
    }

    [LoggerMessage(4001, LogLevel.Information, "Recurring task {TaskId} ran in {Elapsed}")]
    private partial void LogRan(string taskId, TimeSpan elapsed);

    [LoggerMessage(4002, LogLevel.Warning, "Recurring task {TaskId} is due but still running; this occurrence is skipped")]
    private partial void LogStillRunning(string taskId);

    [LoggerMessage(4003, LogLevel.Information, "Recurring task {TaskId} is due but paused; this occurrence is skipped")]
    private partial void LogPaused(string taskId);

    [LoggerMessage(4005, LogLevel.Warning, "The outcome of recurring task {TaskId} could not be stored: {Reason}")]
    private partial void LogOutcomeLost(string taskId, string reason);
}
