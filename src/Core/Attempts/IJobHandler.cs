using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Attempts;

/// <summary>Does the jobs of one kind. Called concurrently, as often as the queue's prefetch allows.</summary>
public interface IJobHandler<TJob, TResult>
    where TJob : class, IJob<TJob, TResult>
    where TResult : class
{
    /// <summary>
    /// Works on one attempt. The token is canceled when nobody wants the result any more (canceled, expired, timed out) and
    /// when the worker has to stop; the handler lets the exception pass.
    /// </summary>
    Task<JobOutcome> HandleAsync(TJob job, JobContext context, CancellationToken cancellationToken);
}

/// <summary>The attempt that a handler works on.</summary>
public sealed record JobContext
{
    public required Guid JobId { get; init; }

    /// <summary>1 for the first start.</summary>
    public required int Attempt { get; init; }

    public required Contracts.JobPriority Priority { get; init; }

    /// <summary>How long it waited for this attempt.</summary>
    public required TimeSpan Queued { get; init; }

    /// <summary>What subscribers of the job see before it is done; a handler may leave it alone.</summary>
    public IJobUpdates Updates { get; init; } = SilentUpdates.Instance;

    /// <summary>What a result says of its times.</summary>
    /// <param name="running">From the start of the attempt to the answer.</param>
    public Contracts.JobTimings Timings(TimeSpan running) => new(Milliseconds(Queued), Milliseconds(running));

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

/// <summary>How an attempt ended, as its handler says. Expected endings are values; only bugs and broken infrastructure throw.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    /// <param name="ResultJson">The result as JSON text.</param>
    public sealed record Succeeded(string ResultJson) : JobOutcome
    {
        /// <summary>Whether the same input would give the same result as long as the worker's <see cref="Results.IResultFingerprint"/> is the same.</summary>
        public bool IsReproducible { get; init; }
    }

    /// <summary>This input cannot be done, now or later.</summary>
    /// <param name="Reason">For the client: what, the current value, what to change.</param>
    public sealed record Rejected(string Reason) : JobOutcome;

    /// <summary>Something that the handler needs is not there now. The attempt is counted as a failure.</summary>
    public sealed record RetryAt(DateTimeOffset Due, string Reason) : JobOutcome;

    /// <summary>
    /// What was done is kept (<see cref="IJobSteps"/>), and another attempt goes on. Nothing is counted as a failure, so
    /// whoever returns it must have made progress.
    /// </summary>
    public sealed record Continue : JobOutcome;

    public static JobOutcome Success<TResult>(TResult result, JsonTypeInfo<TResult> json) =>
        new Succeeded(JsonSerializer.Serialize(result, json));

    /// <summary>A result that may be given again to the same request.</summary>
    public static JobOutcome Reproducible<TResult>(TResult result, JsonTypeInfo<TResult> json) =>
        new Succeeded(JsonSerializer.Serialize(result, json)) { IsReproducible = true };
}
