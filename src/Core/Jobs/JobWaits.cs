using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Jobs;

/// <summary>
/// Lets requests wait for jobs. One loop asks the database about all of them together, so a thousand waiting clients cost
/// as much as one; it needs no broker and sees what any worker finished.
/// </summary>
public sealed partial class JobWaits(JobStore store, TimeProvider time, ILogger<JobWaits> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<Guid, Wait> _waits = new();
    private readonly WakeSignal _arrived = new();

    /// <summary>Returns when every job is final or the time is over, with the jobs as they are then, in the order of the ids.</summary>
    public async Task<IReadOnlyList<Job>> WaitAsync(Guid clientId, IReadOnlyList<Guid> ids, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var wait = new Wait(ids);
        var waitId = Guid.CreateVersion7();
        _waits[waitId] = wait;
        try
        {
            _arrived.Set();
            await wait.Finished.Task.WaitAsync(atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The jobs as they are.
        }
        finally
        {
            _waits.TryRemove(waitId, out _);
        }

        var jobs = (await store.FindManyAsync(clientId, ids, cancellationToken)).ToDictionary(job => job.Id);
        return [.. ids.Where(jobs.ContainsKey).Select(id => jobs[id])];
    }

    public override void Dispose()
    {
        _arrived.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (_waits.IsEmpty)
            {
                await _arrived.WaitAsync(stoppingToken);
                continue;
            }

            try
            {
                await PollAsync(stoppingToken);
            }
            catch (Exception e) when (TransientErrors.IsTransient(e))
            {
                LogPollFailed(e.Message);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var waits = _waits.Values.ToArray();
        var finished = (await store.FinishedAsync([.. waits.SelectMany(wait => wait.Pending)], cancellationToken)).ToHashSet();
        foreach (var wait in waits)
        {
            wait.Pending.ExceptWith(finished);
            if (wait.Pending.Count == 0)
            {
                wait.Finished.TrySetResult();
            }
        }
    }

    [LoggerMessage(1111, LogLevel.Warning, "Cannot look for finished jobs: {Reason}")]
    private partial void LogPollFailed(string reason);

    private sealed class Wait(IReadOnlyList<Guid> ids)
    {
        /// <summary>Touched by the polling loop alone.</summary>
        public HashSet<Guid> Pending { get; } = [.. ids];

        public TaskCompletionSource Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
