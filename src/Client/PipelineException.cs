using System.Net;

namespace Pipeline.Client;

/// <summary>A request that could not be done: refused, or tried as often as the options allow. The message says why, for people.</summary>
public class PipelineException : Exception
{
    public PipelineException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>What the server said; null where none answered.</summary>
    public PipelineProblem? Problem { get; init; }

    /// <summary>The status of the last answer; null where there was none.</summary>
    public HttpStatusCode? Status { get; init; }
}

/// <summary>No server answers at the address.</summary>
public sealed class PipelineUnreachableException(Uri? address, Exception cause) : PipelineException($"Nothing answers at {address}.", cause)
{
    public Uri? Address => address;
}

/// <summary>What answers at the address is no Pipeline.</summary>
public sealed class NotPipelineException(string message, Exception? cause) : PipelineException(message, cause);

/// <summary>A job that ended without a result.</summary>
public sealed class JobFailedException(Job job)
    : PipelineException($"Job {job.Id} {job.State}{(job.Error is { } error ? $": {error.Message} ({error.Code})" : " without a reason")}.")
{
    public Job Job => job;
}
