using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Jobs;

/// <summary>
/// Lets requests wait for jobs. One loop asks the database about all of them together, so a thousand waiting clients cost
/// as much as one; it needs no broker and sees what any worker finished.
/// </summary>
public sealed class JobWaits(JobStore store, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<JobWaits> logger)
    : LoopService(time, logger)
{
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan IntervalMax = TimeSpan.FromMilliseconds(20);

    /// <summary>Most jobs that are waited for at all are done this soon.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromMilliseconds(250);

    /// <summary>The database is left alone for so many times as long as it was asked; while few wait, it has time for them.</summary>
    private const int RestFactor = 4;
    private const int Few = 4;

    private readonly ConcurrentDictionary<Guid, Wait> _waits = new();
    private readonly WakeSignal _arrived = new();

    /// <summary>Returns when every job is final or the time is over, with the jobs as they are then, in the order of the ids.</summary>
    public async Task<IReadOnlyList<Job>> WaitAsync(Guid clientId, IReadOnlyList<Guid> ids, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var wait = new Wait(ids, Time.GetTimestamp());
        var waitId = Guid.CreateVersion7();
        _waits[waitId] = wait;
        try
        {
            _arrived.Set();
            using var canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
            await wait.Finished.Task.WaitAsync(atMost, Time, canceled.Token);
        }
        catch (TimeoutException)
        {
            // The jobs as they are.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The host stops. It must not be held up by those who wait; they ask the next one.
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

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (_waits.IsEmpty)
            {
                await _arrived.WaitAsync(stoppingToken);
                continue;
            }

            var began = Time.GetTimestamp();
            await PollAsync(stoppingToken);
            RoundDone();
            var asked = Time.GetElapsedTime(began);
            var rest = _waits.Count <= Few ? asked : RestFactor * asked;
            await Task.Delay(rest < IntervalMin ? IntervalMin : rest > IntervalMax ? IntervalMax : rest, Time, stoppingToken);
            if (!_waits.Values.Any(wait => Time.GetElapsedTime(wait.Since) < Young))
            {
                await _arrived.WaitAsync(IntervalMax, stoppingToken);
            }
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

    private sealed class Wait(IReadOnlyList<Guid> ids, long since)
    {
        public long Since => since;

        /// <summary>Touched by the polling loop alone.</summary>
        public HashSet<Guid> Pending { get; } = [.. ids];

        public TaskCompletionSource Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
