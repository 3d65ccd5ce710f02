using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Queues;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Makes runs of a delivery: waits for slots, claims the rows, and gives back what this worker cannot start.
/// </summary>
internal sealed partial class JobRunner(
    AttemptStore attempts,
    AttemptRunner runner,
    HeldDispatches held,
    PoisonCandidates candidates,
    JobDependencies dependencies,
    WorkerDrain drain,
    WorkerSteering steering,
    IOptions<WorkerOptions> options,
    IOptions<BrokerOptions> broker,
    TimeProvider time,
    ILogger<JobRunner> logger)
{
    // What was waited for in vain is given back in a moment, as long as there is a database.
    private static readonly TimeSpan GiveBackTime = TimeSpan.FromSeconds(5);

    // A poison candidate that cannot be tried yet.
    private static readonly TimeSpan CandidateDelay = TimeSpan.FromSeconds(1);

    private readonly WorkerOptions _options = options.Value;

    /// <summary>
    /// Starts the jobs of one message, each on its own, as the slots of their queue become free. Returns once none of them needs the
    /// message any more, so that it is acknowledged however long they take: what runs is guarded by this worker's lease.
    /// </summary>
    public async Task RunAsync(JobReady message, QueueSlots slots, CancellationToken cancellationToken)
    {
        var starting = StartAllAsync(message, slots);
        _ = EndAsync(message, starting, held.Add(message.DispatchId));
        try
        {
            await starting.WaitAsync(_options.HoldMax + GiveBackTime, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The database is away. What is left here goes on when it is back, or counts as lost once this worker is.
        }
    }

    private async Task<Start[]> StartAllAsync(JobReady message, QueueSlots slots)
    {
        var needed = dependencies.Find(slots.Queue);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(drain.Stopping, steering.Held(slots.Queue), Leaving(needed));
        stopping.CancelAfter(_options.HoldMax);
        if (needed is not null && broker.Value.IsMemory)
        {
            // There is no other worker to give it to.
            await needed.OpenAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var jobIds = message.All();
        MessageEnd end = new(message.DispatchId, jobIds.Count);
        var starts = await Task.WhenAll(jobIds.Select(id => StartAsync(id, end, slots, stopping.Token)));
        if (jobIds.Where((_, i) => starts[i].IsLeft).ToArray() is { Length: > 0 } left)
        {
            // The message is acknowledged for those that run; another worker goes on with the others.
            await GiveBackAsync(message, left, needed is { IsAway: true } ? AttemptRunner.AwayDelay : starts.Max(start => start.Delay));
        }

        return starts;
    }

    /// <summary>After the last of its jobs the message itself ends, where none of them ended it.</summary>
    private async Task EndAsync(JobReady message, Task<Start[]> starting, IDisposable? holding)
    {
        using (holding)
        {
            try
            {
                var starts = await starting;
                var ended = await Task.WhenAll(starts.Select(start => start.Run ?? Task.FromResult(false)));
                if (message.DispatchId is { } id && !ended.Contains(true) && !starts.Any(start => start.IsLeft))
                {
                    await attempts.EndDispatchAsync(id, drain.Expired);
                }
            }
            catch (Exception e)
            {
                // Nobody waits for this. The message goes back if it could not be started; else it is found as lost.
                if (starting.IsCompletedSuccessfully && !drain.Stopping.IsCancellationRequested)
                {
                    LogUnended(e);
                }
            }
        }
    }

    private CancellationToken Leaving(DependencyState? needed) => broker.Value.IsMemory ? CancellationToken.None : needed?.Leaving ?? CancellationToken.None;

    private async Task GiveBackAsync(JobReady message, Guid[] left, TimeSpan delay)
    {
        if (message.DispatchId is not { } id || !await attempts.GiveBackDispatchAsync(id, delay, drain.Expired))
        {
            await attempts.DispatchAgainAsync(left, delay, drain.Expired);
        }
    }

    private async Task<Start> StartAsync(Guid jobId, MessageEnd end, QueueSlots slots, CancellationToken stopping)
    {
        try
        {
            await slots.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return Start.Left(TimeSpan.Zero);
        }

        var start = Start.Left(TimeSpan.Zero);
        try
        {
            return start = await ClaimAsync(jobId, end, slots);
        }
        finally
        {
            if (start.Run is null)
            {
                slots.Release();
            }

            if (start == Start.NotNeeded)
            {
                end.JobEnds();
            }
        }
    }

    /// <summary>Takes the slot with it where a run has begun.</summary>
    private async Task<Start> ClaimAsync(Guid jobId, MessageEnd end, QueueSlots slots)
    {
        var began = JobTracing.IsOn ? time.GetUtcNow() : default;
        if (await attempts.ClaimAsync(jobId, drain.Expired) is not { } job)
        {
            LogNotWaiting(jobId);
            return Start.NotNeeded;
        }

        if (job.Suspects is not { } suspects)
        {
            JobTracing.Claimed(job, began, time);
            return new(RunAsync(job, end, slots, candidate: null));
        }

        if (candidates.TryEnter(jobId, suspects, (slots.Queue, slots.Count)) is not { } candidate)
        {
            // Not here and not now; it waits in nobody's way.
            return Start.Left(CandidateDelay);
        }

        var claimed = false;
        try
        {
            if (await attempts.ClaimPoisonCandidateAsync(jobId, drain.Expired) is { } suspected)
            {
                claimed = true;
                JobTracing.Claimed(suspected, began, time);
                return new(RunAsync(suspected, end, slots, candidate));
            }

            return Start.NotNeeded;
        }
        finally
        {
            if (!claimed)
            {
                candidate.Dispose();
            }
        }
    }

    private async Task<bool> RunAsync(ClaimedJob job, MessageEnd end, QueueSlots slots, IDisposable? candidate)
    {
        using (candidate)
        {
            try
            {
                return await runner.RunAsync(job, end);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    /// <summary>What became of a job of a message.</summary>
    /// <param name="Run">True once it has ended with its message; null where it does not run here.</param>
    private readonly record struct Start(Task<bool>? Run)
    {
        /// <summary>It is final, or runs elsewhere.</summary>
        public static Start NotNeeded => default;

        /// <summary>It still waits, and another worker may have it.</summary>
        public bool IsLeft { get; private init; }

        /// <summary>How long it is to stay away from this one.</summary>
        public TimeSpan Delay { get; private init; }

        public static Start Left(TimeSpan delay) => new() { IsLeft = true, Delay = delay };
    }

    [LoggerMessage(1135, LogLevel.Error, "A message could not be ended after its jobs")]
    private partial void LogUnended(Exception exception);

    [LoggerMessage(1131, LogLevel.Debug, "Delivery of job {JobId} dropped: the job is not queued")]
    private partial void LogNotWaiting(Guid jobId);
}
