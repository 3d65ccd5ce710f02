namespace Pipeline.Scheduler;

/// <summary>
/// Work that comes back: one class, registered once with <see cref="SchedulerHosting.AddRecurringTask"/>.
/// It runs short SQL or submits jobs; what takes long belongs on a queue.
/// </summary>
/// <remarks>
/// Each occurrence runs once, in one of the scheduler processes, never beside itself. One that was missed is made up
/// once, however many were missed. A failure is retried, and a run that a crash or a deploy cut short starts again:
/// tasks are idempotent.
/// </remarks>
public interface IRecurringTask
{
    /// <summary>Kept in the schedule's store: never rename, add a new task. Lower-case letters, digits and dashes.</summary>
    string Id { get; }

    /// <summary>What it does, in one sentence for operators.</summary>
    string Description { get; }

    /// <summary>When: minute, hour, day of month, month, day of week, as in crontab(5).</summary>
    string Cron { get; }

    /// <summary>Where <see cref="Cron"/> is read: an IANA name such as <c>Asia/Seoul</c>.</summary>
    string TimeZone { get; }

    /// <param name="cancellationToken">Canceled when the process stops, or after <see cref="SchedulerOptions.TaskTimeout"/>.</param>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>The library that fires tasks, as far as this project asks it something.</summary>
internal interface ISchedules
{
    /// <summary>When the library will fire a task; null where it does not know the task.</summary>
    Task<DateTimeOffset?> NextAsync(string id, CancellationToken cancellationToken);
}
