using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.Storage;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>
/// Creates Hangfire's tables and brings its schedules in line with this build's tasks. Hangfire keeps the last run of a
/// schedule that did not change, and so the occurrences that were missed while no scheduler ran.
/// </summary>
internal sealed partial class HangfireSchedules(
    JobStorage storage,
    IRecurringJobManagerV2 schedules,
    RecurringTasks tasks,
    NpgsqlDataSource dataSource,
    TimeProvider time,
    ILogger<HangfireSchedules> logger) : IHostedService, ISchedules
{
    // What clocks that are right may differ by.
    private static readonly TimeSpan ClockPrecision = TimeSpan.FromMinutes(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // One at a time: concurrent installations fail on each other's locks.
        await using (await AdvisoryLock.AcquireAsync(dataSource, "scheduler:schedules", cancellationToken))
        {
            await InstallAsync(cancellationToken);
            RemoveOfTheFuture();
            foreach (var task in tasks.All)
            {
                Schedule(task);
            }

            RemoveUnknown();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<DateTimeOffset?> NextAsync(string id, CancellationToken cancellationToken)
    {
        using var connection = storage.GetConnection();
        var next = connection.GetRecurringJobs([id]).SingleOrDefault()?.NextExecution;
        return Task.FromResult(next is { } utc ? new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)) : (DateTimeOffset?)null);
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            PostgreSqlObjectsInstaller.Install(connection, HangfireHosting.Schema);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StartupException(
                $"The scheduler may not create or change the tables of its schema '{HangfireHosting.Schema}': {e.MessageText}. Run './run database grant --scheduler USER' as the owner of the database, or start it once as whoever owns those tables.", e);
        }
    }

    private void Schedule(ScheduledTask scheduled)
    {
        var task = scheduled.Task;
        schedules.AddOrUpdate<HangfireTask>(
            task.Id,
            run => run.RunAsync(task.Id, CancellationToken.None),
            task.Cron,
            new RecurringJobOptions { TimeZone = scheduled.TimeZone, MisfireHandling = MisfireHandlingMode.Relaxed });
        LogScheduled(task.Id, task.Cron, task.TimeZone);
    }

    /// <summary>
    /// A scheduler whose clock was wrong ran tasks on days that have not been. They would rest until then: they are scheduled anew.
    /// </summary>
    private void RemoveOfTheFuture()
    {
        var now = time.GetUtcNow().UtcDateTime + ClockPrecision;
        using var connection = storage.GetConnection();
        foreach (var known in connection.GetRecurringJobs())
        {
            if ((known.LastExecution ?? known.CreatedAt) is { } last && last > now)
            {
                schedules.RemoveIfExists(known.Id);
                LogOfTheFuture(known.Id, last);
            }
        }
    }

    private void RemoveUnknown()
    {
        using var connection = storage.GetConnection();
        foreach (var known in connection.GetRecurringJobs())
        {
            if (!tasks.Contains(known.Id))
            {
                schedules.RemoveIfExists(known.Id);
                LogRemoved(known.Id);
            }
        }
    }

    [LoggerMessage(4301, LogLevel.Information, "Recurring task {TaskId} is scheduled: {Cron} in {TimeZone}")]
    private partial void LogScheduled(string taskId, string cron, string timeZone);

    [LoggerMessage(4302, LogLevel.Warning, "Removed the schedule of {TaskId}: this build has no such task")]
    private partial void LogRemoved(string taskId);

    [LoggerMessage(4303, LogLevel.Warning, "Scheduling {TaskId} anew: a scheduler with a wrong clock scheduled it at {Time:u}, which is still to come")]
    private partial void LogOfTheFuture(string taskId, DateTime time);
}

/// <summary>Its full name and the method's are in the store: never rename.</summary>
internal sealed class HangfireTask(TaskRunner runner)
{
    [JobDisplayName("{0}")]
    public Task RunAsync(string taskId, CancellationToken cancellationToken) => runner.RunAsync(taskId, cancellationToken);
}
