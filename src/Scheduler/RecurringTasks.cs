using Pipeline.Core.Hosting;
using Pipeline.Core.Schedules;

namespace Pipeline.Scheduler;

/// <summary>A task with its time zone found.</summary>
internal sealed record ScheduledTask(IRecurringTask Task, TimeZoneInfo TimeZone);

/// <summary>Every task that this build knows. What the store holds beyond them is of an older build.</summary>
internal sealed class RecurringTasks
{
    private readonly Dictionary<string, ScheduledTask> _byId;

    /// <exception cref="StartupException">The system does not know a time zone.</exception>
    public RecurringTasks(IEnumerable<IRecurringTask> tasks) =>
        _byId = tasks.ToDictionary(task => task.Id, task => new ScheduledTask(task, TimeZoneOf(task)));

    public IReadOnlyCollection<ScheduledTask> All => _byId.Values;

    public bool Contains(string id) => _byId.ContainsKey(id);

    /// <exception cref="InvalidOperationException">A newer build scheduled it; one of its processes will take the retry.</exception>
    public IRecurringTask Get(string id) => _byId.TryGetValue(id, out var scheduled)
        ? scheduled.Task
        : throw new InvalidOperationException($"This build has no recurring task '{id}'; it has {string.Join(", ", _byId.Keys)}.");

    private static TimeZoneInfo TimeZoneOf(IRecurringTask task)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(task.TimeZone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new StartupException(
                $"This system knows no time zone '{task.TimeZone}', which the recurring task '{task.Id}' runs in. Set Scheduler:TimeZone to an IANA name such as Asia/Seoul, or install tzdata.", e);
        }
    }
}

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
