using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Quartz;

namespace Pipeline.Scheduler.Quartz;

/// <summary>
/// Brings the schedules in the store in line with this build's tasks, then lets Quartz fire them. A schedule that did not
/// change is left alone: storing it anew would forget the occurrences that were missed while no scheduler ran.
/// </summary>
internal sealed partial class QuartzSchedules(
    ISchedulerFactory factory,
    RecurringTasks tasks,
    NpgsqlDataSource dataSource,
    IOptions<SchedulerOptions> options,
    ILogger<QuartzSchedules> logger) : IHostedService, ISchedules
{
    private const string Group = "tasks";
    private const string FindSchema = "select to_regnamespace(@Schema) is not null";

    private IScheduler? _scheduler;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (await AdvisoryLock.AcquireAsync(dataSource, "scheduler:schedules", cancellationToken))
        {
            await CreateSchemaAsync(cancellationToken);
            _scheduler = await factory.GetScheduler(cancellationToken);
            foreach (var task in tasks.All)
            {
                await ScheduleAsync(_scheduler, task, cancellationToken);
            }

            await RemoveUnknownAsync(_scheduler, cancellationToken);
        }

        await _scheduler.Start(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_scheduler is not null)
        {
            await _scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken);
        }
    }

    public async Task<DateTimeOffset?> NextAsync(string id, CancellationToken cancellationToken) =>
        _scheduler is not null && await _scheduler.GetTrigger(new TriggerKey(id, Group), cancellationToken) is { } trigger ? trigger.NextFireTimeUtc : null;

    // Quartz creates its tables, but not the schema they are in.
    private async Task CreateSchemaAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new { QuartzHosting.Schema };
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(FindSchema, parameters, cancellationToken: cancellationToken)))
        {
            try
            {
                await connection.ExecuteAsync(new CommandDefinition($"create schema {QuartzHosting.Schema}", cancellationToken: cancellationToken));
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new StartupException(
                    $"The scheduler may not create its schema '{QuartzHosting.Schema}': {e.MessageText}. Grant CREATE on the database, or create the schema and grant it.", e);
            }
        }
    }

    private async Task ScheduleAsync(IScheduler scheduler, ScheduledTask scheduled, CancellationToken cancellationToken)
    {
        var task = scheduled.Task;
        var job = JobBuilder.Create<QuartzTask>()
            .WithIdentity(task.Id, Group).WithDescription(task.Description)
            .StoreDurably().RequestRecovery()
            .Build();
        await scheduler.AddJob(job, AddJobOptions.Replacing, cancellationToken);

        var key = new TriggerKey(task.Id, Group);
        var trigger = (ICronTrigger)TriggerBuilder.Create()
            .WithIdentity(key).ForJob(job)
            .WithRetryPolicy(Retries)
            .WithSchedule(CronScheduleBuilder.Create(task.Cron, CronFormat.Unix)
                .InTimeZone(scheduled.TimeZone)
                .WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed))
            .Build();
        if (await scheduler.GetTrigger(key, cancellationToken) is ICronTrigger known
            && known.CronExpressionString == trigger.CronExpressionString
            && known.TimeZone.Id == trigger.TimeZone.Id)
        {
            await scheduler.UpdateTriggerDetails(key, new TriggerDetailsUpdate().WithRetryPolicy(Retries), cancellationToken);

            // Quartz gives up on a trigger that an earlier build could not fire; this one may be able to.
            if (await scheduler.GetTriggerState(key, cancellationToken) is TriggerState.Error)
            {
                await scheduler.ResetTriggerFromErrorState(key, cancellationToken);
            }
        }
        else
        {
            await scheduler.ScheduleJob(trigger, ScheduleJobOptions.Replacing, cancellationToken);
            LogScheduled(task.Id, task.Cron, task.TimeZone);
        }
    }

    private async Task RemoveUnknownAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        foreach (var key in await scheduler.GetJobKeys(GroupMatcher<JobKey>.GroupEquals(Group), cancellationToken))
        {
            if (!tasks.Contains(key.Name))
            {
                await scheduler.DeleteJob(key, cancellationToken);
                LogRemoved(key.Name);
            }
        }
    }

    private RetryPolicy Retries => options.Value.RetryDelays() is { Count: > 0 } delays ? RetryPolicy.Explicit(delays) : RetryPolicy.None;

    [LoggerMessage(4201, LogLevel.Information, "Scheduled recurring task {TaskId}: {Cron} in {TimeZone}")]
    private partial void LogScheduled(string taskId, string cron, string timeZone);

    [LoggerMessage(4202, LogLevel.Warning, "Removed the schedule of {TaskId}: this build has no such task")]
    private partial void LogRemoved(string taskId);
}
