using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Results;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Runs one delivery: claims its rows, calls the handler, makes the outcomes durable. When this returns, the message may be
/// acknowledged, whatever happened: a job that has to run again has a new dispatch in the outbox.
/// </summary>
internal sealed partial class JobRunner(
    AttemptStore attempts,
    RunningAttempts running,
    WorkerUpdates publishing,
    JobHandlers handlers,
    WorkerFingerprints fingerprints,
    WorkerDrain drain,
    IServiceProvider services,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger) : IDisposable
{
    // Timers take no more than 49 days. An attempt that runs for so long is ended by its time limit.
    private const double TimerSecondsMax = 40 * 24 * 60 * 60;

    private readonly WorkerOptions _options = options.Value;

    // Of all jobs that were running when a worker died, one is to blame. Poison candidates run one at a time, so that the next death
    // convicts one job and not its neighbours.
    private readonly SemaphoreSlim _poisonCandidates = new(1);

    public void Dispose() => _poisonCandidates.Dispose();

    /// <summary>Runs the jobs of one message, each on its own, as the queue's slots become free.</summary>
    public async Task RunAsync(IReadOnlyList<Guid> jobIds, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(drain.Stopping, cancellationToken);
        var started = await Task.WhenAll(jobIds.Select(id => TryRunAsync(id, slots, stopping.Token, cancellationToken)));
        if (jobIds.Where((_, i) => !started[i]).ToArray() is { Length: > 0 } left)
        {
            // The message is acknowledged for those that ran; the others go on as rows of the outbox, to another worker.
            await attempts.DispatchAgainAsync(left, cancellationToken);
        }
    }

    /// <summary>False when the worker has to stop before the job could be started.</summary>
    private async Task<bool> TryRunAsync(Guid jobId, SemaphoreSlim slots, CancellationToken stopping, CancellationToken cancellationToken)
    {
        try
        {
            await slots.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            await RunAsync(jobId, cancellationToken);
            return true;
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task RunAsync(Guid jobId, CancellationToken cancellationToken)
    {
        if (await attempts.ClaimAsync(jobId, cancellationToken) is not { } job)
        {
            LogNotWaiting(jobId);
        }
        else if (job.IsPoisonCandidate)
        {
            await RunPoisonCandidateAsync(jobId, cancellationToken);
        }
        else
        {
            await RunAsync(job);
        }
    }

    private async Task RunPoisonCandidateAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await _poisonCandidates.WaitAsync(cancellationToken);
        try
        {
            if (await attempts.ClaimPoisonCandidateAsync(jobId, cancellationToken) is { } job)
            {
                await RunAsync(job);
            }
        }
        finally
        {
            _poisonCandidates.Release();
        }
    }

    private async Task RunAsync(ClaimedJob job)
    {
        // Not disposed: the lease loop may be about to cancel it. It has no timer, so nothing leaks.
        var revoked = new CancellationTokenSource();

        // Until the end is durable: an attempt that runs nowhere is given back by the lease loop.
        using var registration = running.Add(job, revoked);
        using var updates = publishing.Open(job);
        if (await RunAttemptAsync(job, updates, revoked.Token) is { } result && await CompleteAsync(job, result) is { } state)
        {
            updates.Complete(state);
        }
        else
        {
            // Whoever took it has dispatched it, if it waits; unless a crash of the database took back the claim.
            await attempts.DispatchAgainAsync([job.Id], drain.Expired);
        }
    }

    /// <summary>The state that the job has now; null when the attempt was no longer this worker's to end.</summary>
    private async Task<string?> CompleteAsync(ClaimedJob job, AttemptResult result)
    {
        // Not cancellable: the work is done, and a result that is dropped here would be computed again.
        try
        {
            return await attempts.CompleteAsync(result, CancellationToken.None) ? result.State : null;
        }
        catch (Exception e) when (AttemptStore.Refused(e))
        {
            // A result that the database refuses, now and always: computing it again would not help.
            LogRefused(e, job.Id, job.Kind);
            var refused = AttemptResult.Failed(job, JobErrorCode.Exception, $"The database refuses the result: {(e is PostgresException { MessageText: var text } ? text : "it is not valid text")}.");
            return await attempts.CompleteAsync(refused, CancellationToken.None) ? refused.State : null;
        }
    }

    /// <summary>Null when the attempt was revoked: its row already says how it ended.</summary>
    private async Task<AttemptResult?> RunAttemptAsync(ClaimedJob job, AttemptUpdates updates, CancellationToken revoked)
    {
        if (handlers.Find(job.Kind) is not { } handler)
        {
            return AttemptResult.Failed(job, JobErrorCode.Rejected, $"No worker of this queue can do jobs of kind '{job.Kind}'. Start a worker of the same version as the API.");
        }

        using var timedOut = new CancellationTokenSource(_options.JobTimeout, time);
        using var expired = new CancellationTokenSource(TimeToExpiry(job), time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(revoked, timedOut.Token, expired.Token, drain.Expired);
        try
        {
            return Result(job, await handler(services, job.Input, Context(job, updates), any.Token));
        }
        catch (OperationCanceledException) when (revoked.IsCancellationRequested)
        {
            LogRevoked(job.Id, job.Attempt);
            return null;
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested)
        {
            return AttemptResult.Expired(job);
        }
        catch (OperationCanceledException) when (timedOut.IsCancellationRequested)
        {
            return RetryOrFail(job, JobErrorCode.Timeout, $"The attempt took longer than {_options.JobTimeout}. Raise Worker:JobTimeout, or send less.");
        }
        catch (OperationCanceledException) when (drain.Expired.IsCancellationRequested)
        {
            return AttemptResult.GivenBack(job);
        }
        catch (Exception e)
        {
            // The boundary: whatever a handler throws ends its own attempt and nothing else.
            LogThrew(e, job.Id, job.Kind, job.Attempt);
            return RetryOrFail(job, JobErrorCode.Exception, $"{e.GetType().Name}: {PublicReason.Of(e)}");
        }
    }

    private static TimeSpan TimeToExpiry(ClaimedJob job) => job.SecondsToExpiry is { } seconds
        ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimerSecondsMax))
        : Timeout.InfiniteTimeSpan;

    private static JobContext Context(ClaimedJob job, AttemptUpdates updates) => new()
    {
        JobId = job.Id,
        ClientId = job.ClientId,
        Attempt = job.Attempt,
        Priority = job.Queue == job.Kind ? JobPriority.Interactive : JobPriority.Bulk,
        Queued = TimeSpan.FromSeconds(job.QueuedSeconds),
        Updates = updates,
    };

    private AttemptResult Result(ClaimedJob job, JobOutcome outcome) => outcome switch
    {
        JobOutcome.Succeeded { ResultJson: var result, IsReproducible: var again } =>
            AttemptResult.Succeeded(job, result, again ? fingerprints.KeyOf(job.ClientId, job.Kind, job.Input, result) : null),
        JobOutcome.Rejected rejected => AttemptResult.Failed(job, JobErrorCode.Rejected, rejected.Reason),
        JobOutcome.RetryAt retry when job.Failures + 1 < _options.FailuresMax =>
            AttemptResult.RetryIn(job, retry.Due - time.GetUtcNow(), JobErrorCode.Deferred, retry.Reason),
        JobOutcome.RetryAt retry => AttemptResult.Failed(job, JobErrorCode.Deferred, retry.Reason),
        JobOutcome.Continue => AttemptResult.GivenBack(job),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };

    private AttemptResult RetryOrFail(ClaimedJob job, string code, string error)
    {
        if (job.Failures + 1 >= _options.FailuresMax)
        {
            return AttemptResult.Failed(job, code, error);
        }

        var delay = _options.RetryDelay * Math.Pow(2, job.Failures);
        return AttemptResult.RetryIn(job, delay < _options.RetryDelayMax ? delay : _options.RetryDelayMax, code, error);
    }

    [LoggerMessage(1131, LogLevel.Debug, "Delivery of job {JobId} dropped: the job is not queued")]
    private partial void LogNotWaiting(Guid jobId);

    [LoggerMessage(1132, LogLevel.Information, "Stopped attempt {Attempt} of job {JobId}: it is no longer this worker's")]
    private partial void LogRevoked(Guid jobId, int attempt);

    [LoggerMessage(1134, LogLevel.Error, "The database refuses the result of job {JobId} ({Kind})")]
    private partial void LogRefused(Exception exception, Guid jobId, string kind);

    [LoggerMessage(1133, LogLevel.Error, "Job {JobId} ({Kind}) threw in attempt {Attempt}")]
    private partial void LogThrew(Exception exception, Guid jobId, string kind, int attempt);
}
