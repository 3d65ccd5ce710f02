namespace Pipeline.Core.Jobs;

/// <summary>The values of <c>jobs.error_code</c>.</summary>
public static class JobErrorCode
{
    /// <summary>The handler cannot take this input, now or later.</summary>
    public const string Rejected = "rejected";

    /// <summary>The input is longer than the model's context, and its client does not want to have it cut.</summary>
    public const string ContextLengthExceeded = "context_length_exceeded";

    /// <summary>The handler threw, and so did every retry.</summary>
    public const string Exception = "exception";

    /// <summary>The handler asked to be called again later.</summary>
    public const string Deferred = "deferred";

    /// <summary>The attempt took longer than <see cref="Attempts.WorkerOptions.JobTimeout"/>.</summary>
    public const string Timeout = "timeout";

    /// <summary>Its input or result is encrypted and cannot be decrypted.</summary>
    public const string Undecryptable = "undecryptable";

    /// <summary>A worker died while it ran the job.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>Workers died while they ran the job, and it alone is suspected: it is not given to another.</summary>
    public const string Quarantined = "quarantined";
}
