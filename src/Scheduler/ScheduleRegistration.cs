using Pipeline.Core.Hosting;
using Pipeline.Core.Schedules;

namespace Pipeline.Scheduler;

/// <summary>Tells operators which tasks there are, before the first of them runs.</summary>
internal sealed class ScheduleRegistration(RecurringTasks tasks, ScheduleStore store) : StartupStep
{
    public override Task StartingAsync(CancellationToken cancellationToken) => store.RegisterAsync(
        [
            .. tasks.All.Select(scheduled => scheduled.Task).OrderBy(task => task.Id, StringComparer.Ordinal).Select(task => new Schedule
            {
                Id = task.Id,
                Description = task.Description,
                Cron = task.Cron,
                TimeZone = task.TimeZone,
            }),
        ],
        cancellationToken);
}
