using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Schedules;

namespace Pipeline.Scheduler;

/// <summary>
/// Between operators and the library that fires tasks: runs requested tasks and publishes when each task runs next. A run
/// on request is not retried: its outcome is visible to the caller.
/// </summary>
internal sealed partial class ScheduleDesk(
    RecurringTasks tasks,
    TaskRunner runner,
    ISchedules schedules,
    ScheduleStore store,
    IOptions<SchedulerOptions> options,
    TimeProvider time,
    ILogger<ScheduleDesk> logger) : LoopService(time, logger)
{
    private readonly Dictionary<string, Task> _runs = [];
    private readonly Dictionary<string, DateTimeOffset?> _published = [];

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(options.Value.PollInterval, Time);
            do
            {
                await StartRequestedAsync(stoppingToken);
                await PublishNextAsync(stoppingToken);
                RoundDone();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            // They end with the same token, and write down how.
            await Task.WhenAll(_runs.Values);
        }
    }

    private async Task StartRequestedAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await store.RequestedAsync(cancellationToken))
        {
            // What another process runs at the moment is asked for again in the next round.
            if (tasks.Contains(id) && (!_runs.TryGetValue(id, out var run) || run.IsCompleted))
            {
                _runs[id] = RunAsync(id, cancellationToken);
            }
        }
    }

    private async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await runner.RunAskedAsync(id, cancellationToken);
        }
        catch (Exception e)
        {
            LogFailed(id, e.Message);
        }
    }

    private async Task PublishNextAsync(CancellationToken cancellationToken)
    {
        foreach (var id in tasks.All.Select(scheduled => scheduled.Task.Id))
        {
            var next = await schedules.NextAsync(id, cancellationToken);
            if (!_published.TryGetValue(id, out var known) || known != next)
            {
                await store.SetNextAsync(id, next, cancellationToken);
                _published[id] = next;
            }
        }
    }

    [LoggerMessage(4004, LogLevel.Warning, "The requested run of recurring task {TaskId} failed: {Reason}")]
    private partial void LogFailed(string taskId, string reason);
}
