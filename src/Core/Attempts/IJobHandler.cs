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

    /// <summary>For whom: caches keep clients apart by it.</summary>
    public Guid ClientId { get; init; }

    /// <summary>The model that the request asks for; null: the kind's own.</summary>
    public string? Model { get; init; }

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
