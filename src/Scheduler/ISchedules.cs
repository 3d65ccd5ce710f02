namespace Pipeline.Scheduler;

/// <summary>The library that fires tasks, as far as this project asks it something.</summary>
internal interface ISchedules
{
    /// <summary>When the library will fire a task; null where it does not know the task.</summary>
    Task<DateTimeOffset?> NextAsync(string id, CancellationToken cancellationToken);
}
