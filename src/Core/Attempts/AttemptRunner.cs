using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Relay;
using Pipeline.Core.Results;
using Pipeline.Core.Subscriptions;
using Pipeline.Core.Telemetry;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Attempts;

/// <summary>Runs one attempt: calls the handler, and makes its outcome durable. A job that has to run again has a dispatch that waits.</summary>
internal sealed partial class AttemptRunner(
    AttemptStore attempts,
    RunningAttempts running,
    WorkerUpdates publishing,
    JobHandlers handlers,
    JobDependencies dependencies,
    WorkerFingerprints fingerprints,
    WorkerDrain drain,
    IServiceProvider services,
    IOptions<WorkerOptions> options,
    IOptions<TelemetryOptions> telemetry,
    TimeProvider time,
    ILogger<AttemptRunner> logger)
{
    /// <summary>What is given back because a dependency is away: another worker may have it, and this one is about to stop fetching.</summary>
    public static readonly TimeSpan AwayDelay = TimeSpan.FromSeconds(1);

    // Timers take no more than 49 days. An attempt that runs for so long is ended by its time limit.
    private const double TimerSecondsMax = 40 * 24 * 60 * 60;

    // How long a job that only a newer worker can do stays away from this one; it doubles with each start.
    private static readonly TimeSpan NewerDelayMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NewerDelayMax = TimeSpan.FromSeconds(15);

    private readonly WorkerOptions _options = options.Value;

    // The kinds that a warning was given of.
    private readonly ConcurrentDictionary<string, bool> _leftToNewer = new();

    /// <summary>True when the message has ended with the job.</summary>
    public async Task<bool> RunAsync(ClaimedJob job, MessageEnd end)
    {
        // Not disposed: the lease loop may be about to cancel it. It has no timer, so nothing leaks.
        var revoked = new CancellationTokenSource();

        // Until the end is durable: an attempt that runs nowhere is given back by the lease loop.
        using var registration = running.Add(job, revoked);
        using var updates = publishing.Open(job);
        using var span = JobTracing.Process(job);
        JobMeter.Started(job);
        var started = time.GetTimestamp();
        var result = await RunAttemptAsync(job, updates, revoked.Token);
        Describe(span, job, result);
        var dispatchId = result is null ? null : end.JobEnds();
        if (result is not null && await CompleteAsync(job, result with { DispatchId = dispatchId, Trace = Waits(result) ? span?.Id : null }) is { } ended)
        {
            JobMeter.Ended(job, ended, time.GetElapsedTime(started), time.GetUtcNow());
            updates.Complete(ended.State);
        }
        else
        {
            JobMeter.LostLease(job.Queue, "revoked", 1);

            // Whoever took it has dispatched it, if it waits; unless a crash of the database took back the claim.
            await attempts.DispatchAgainAsync([job.Id], TimeSpan.Zero, drain.Expired);
        }

        return dispatchId is not null;
    }

    private static bool Waits(AttemptResult result) => result.State == JobState.Queued;

    private void Describe(Activity? span, ClaimedJob job, AttemptResult? result)
    {
        span.End(result);
        if (span is not null && telemetry.Value.Texts)
        {
            span.AddText("pipeline.job.input", job.Input);
            span.AddText("pipeline.job.result", result?.Result);
        }
    }

    /// <summary>What the row says now; null when the attempt was no longer this worker's to end.</summary>
    private async Task<AttemptResult?> CompleteAsync(ClaimedJob job, AttemptResult result)
    {
        using var span = JobTracing.Complete(job);

        // Not cancellable: the work is done, and a result that is dropped here would be computed again.
        try
        {
            return await attempts.CompleteAsync(result, CancellationToken.None) ? result : null;
        }
        catch (Exception e) when (AttemptStore.Refused(e))
        {
            // A result that the database refuses, now and always: computing it again would not help.
            LogRefused(e, job.Id, job.Kind);
            var refused = AttemptResult.Failed(job, JobErrorCode.Exception, $"The database refuses the result: {(e is PostgresException { MessageText: var text } ? text : "it is not valid text")}.");
            return await attempts.CompleteAsync(refused with { DispatchId = result.DispatchId }, CancellationToken.None) ? refused : null;
        }
    }

    /// <summary>Null when the attempt was revoked: its row already says how it ended.</summary>
    private async Task<AttemptResult?> RunAttemptAsync(ClaimedJob job, AttemptUpdates updates, CancellationToken revoked)
    {
        if (handlers.Find(job.Kind) is not { } handler)
        {
            return LeaveToNewer(job, "the kind is unknown");
        }

        if (job.Fault is { } fault)
        {
            // Where this process lacks the key, another one has it.
            return fault.IsKeyless
                ? AttemptResult.GivenBackFor(job, NewerDelayMax, $"Waits uncharged for a worker with the key. {fault.Message}")
                : AttemptResult.Failed(job, JobErrorCode.Undecryptable, fault.Message);
        }

        using var timedOut = new CancellationTokenSource(_options.JobTimeout, time);
        using var expired = new CancellationTokenSource(TimeToExpiry(job), time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(revoked, timedOut.Token, expired.Token, drain.Expired);
        var started = time.GetTimestamp();
        var fingerprint = fingerprints.Of(job.Kind);
        try
        {
            var outcome = await handler(services, job.Input, Context(job, updates), any.Token);
            if (outcome is JobOutcome.Succeeded)
            {
                dependencies.Find(job.Queue)?.Answered();
            }

            return Result(job, outcome, fingerprint) with { Usage = Usage(job, outcome, time.GetElapsedTime(started)) };
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
            var late = new TimeoutException($"The attempt took longer than {_options.JobTimeout}. Raise Worker:JobTimeout, or send less.");
            return await GivenBackByAsync(job, late) ?? RetryOrFail(job, JobErrorCode.Timeout, late.Message);
        }
        catch (OperationCanceledException) when (drain.Expired.IsCancellationRequested)
        {
            return AttemptResult.GivenBack(job);
        }
        catch (UnreadableInputException e)
        {
            return LeaveToNewer(job, e.Message);
        }
        catch (Exception e)
        {
            return await FailAsync(job, e);
        }
    }

    /// <summary>The boundary: whatever a handler throws ends its own attempt and nothing else.</summary>
    private async Task<AttemptResult> FailAsync(ClaimedJob job, Exception exception)
    {
        if (await GivenBackByAsync(job, exception) is { } givenBack)
        {
            return givenBack;
        }

        LogThrew(exception, job.Id, job.Kind, job.Attempt);
        return RetryOrFail(job, JobErrorCode.Exception, $"{exception.GetType().Name}: {PublicReason.Of(exception)}");
    }

    /// <summary>A newer API took the job, and a newer worker can do it: this one is charged to nobody, and comes back less and less often.</summary>
    private AttemptResult LeaveToNewer(ClaimedJob job, string reason)
    {
        if (_leftToNewer.TryAdd(job.Kind, true))
        {
            LogLeftToNewer(job.Kind, reason);
        }

        var delay = NewerDelayMin * Math.Pow(2, Math.Min(job.Attempt - 1, 10));
        return AttemptResult.GivenBackFor(
            job, delay < NewerDelayMax ? delay : NewerDelayMax, $"Waits uncharged for a worker of a newer version: this one cannot read jobs of kind '{job.Kind}' like this ({reason}).");
    }

    /// <summary>Null where the failure is not the doing of what the job needs from outside.</summary>
    private async Task<AttemptResult?> GivenBackByAsync(ClaimedJob job, Exception failure) =>
        dependencies.Find(job.Queue) is { } needed && await needed.IsToBlameAsync(failure, job.Attempt, drain.Expired)
            ? AttemptResult.GivenBackFor(job, AwayDelay, $"Waits uncharged: {PublicReason.Of(failure)}")
            : null;

    private static AttemptUsage? Usage(ClaimedJob job, JobOutcome outcome, TimeSpan running) => outcome is JobOutcome.Succeeded { Measured: { } measured }
        ? new()
        {
            ClientId = job.ClientId,
            Queue = job.Queue,
            Kind = job.Kind,
            Model = measured.Model,
            Tokens = measured.Usage,
            WorkerSeconds = running.TotalSeconds,
            Estimated = JobCost.Estimate(job.Input),
        }
        : null;

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

    /// <param name="fingerprint">How the kind was done when the attempt began.</param>
    private AttemptResult Result(ClaimedJob job, JobOutcome outcome, string? fingerprint) => outcome switch
    {
        JobOutcome.Succeeded { ResultJson: var result, IsReproducible: var again } =>
            AttemptResult.Succeeded(job, result, again ? fingerprints.KeyOf(job.ClientId, job.Kind, fingerprint, job.Input, result) : null),
        JobOutcome.Rejected rejected => AttemptResult.Failed(job, rejected.Code, rejected.Reason),
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

        return AttemptResult.RetryIn(job, RetryDelay.After(job.Failures, _options, Random.Shared.NextDouble()), code, error);
    }

    [LoggerMessage(1132, LogLevel.Information, "Stopped attempt {Attempt} of job {JobId}: it is no longer this worker's")]
    private partial void LogRevoked(Guid jobId, int attempt);

    [LoggerMessage(1133, LogLevel.Error, "Job {JobId} ({Kind}) threw in attempt {Attempt}")]
    private partial void LogThrew(Exception exception, Guid jobId, string kind, int attempt);

    [LoggerMessage(1134, LogLevel.Error, "The database refuses the result of job {JobId} ({Kind})")]
    private partial void LogRefused(Exception exception, Guid jobId, string kind);

    [LoggerMessage(1136, LogLevel.Warning, "Leaving jobs of kind {Kind} to newer workers, uncharged; this one cannot read them: {Reason}")]
    private partial void LogLeftToNewer(string kind, string reason);
}
