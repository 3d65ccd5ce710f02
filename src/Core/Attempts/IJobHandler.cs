using Pipeline.Contracts;

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
