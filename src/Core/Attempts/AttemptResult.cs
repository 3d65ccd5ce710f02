using Pipeline.Contracts;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Attempts;

/// <summary>The row that an ended attempt leaves behind.</summary>
internal sealed record AttemptResult
{
    public required Guid JobId { get; init; }

    public required int Attempt { get; init; }

    public required string State { get; init; }

    public string? Result { get; init; }

    /// <summary>Under which the result may be given again; null when it may not.</summary>
    public Guid? CacheKey { get; init; }

    /// <summary>What a webhook has to know of the result where it is encrypted: that the model was cut short. As the fields of results are written.</summary>
    public string Word => Result is not null && Result.Contains("\"finish_reason\":\"length\"", StringComparison.Ordinal) ? "cut" : "";

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    /// <summary>The message that ends with it: no other job of it is left. Null where some are, or the database knows of no message.</summary>
    public long? DispatchId { get; init; }

    /// <summary>What it took; null where nobody measured.</summary>
    public AttemptUsage? Usage { get; init; }

    /// <summary>1 when the attempt counts against <see cref="WorkerOptions.FailuresMax"/>.</summary>
    public int Failures { get; init; }

    /// <summary>The trace of an attempt after which the job waits again; null while nobody listens.</summary>
    public string? Trace { get; init; }

    /// <summary>For a job that goes back to the queue: how long it has to wait. Null otherwise.</summary>
    public double? DelaySeconds { get; init; }

    public static AttemptResult Succeeded(ClaimedJob job, string result, Guid? cacheKey) =>
        new() { JobId = job.Id, Attempt = job.Attempt, State = JobState.Succeeded, Result = result, CacheKey = cacheKey };

    public static AttemptResult Failed(ClaimedJob job, string code, string error) =>
        new() { JobId = job.Id, Attempt = job.Attempt, State = JobState.Failed, ErrorCode = code, Error = error, Failures = 1 };

    public static AttemptResult Expired(ClaimedJob job) =>
        new() { JobId = job.Id, Attempt = job.Attempt, State = JobState.Expired };

    public static AttemptResult RetryIn(ClaimedJob job, TimeSpan delay, string code, string error) => new()
    {
        JobId = job.Id,
        Attempt = job.Attempt,
        State = JobState.Queued,
        ErrorCode = code,
        Error = error,
        Failures = 1,
        DelaySeconds = Math.Max(0, delay.TotalSeconds),
    };

    /// <summary>The worker has to stop, or made room for others: the next attempt goes on, and the job is charged nothing.</summary>
    public static AttemptResult GivenBack(ClaimedJob job) =>
        new() { JobId = job.Id, Attempt = job.Attempt, State = JobState.Queued, DelaySeconds = 0 };

    /// <summary>The same for a reason that the client may read; it does not wait at the head of the queue meanwhile.</summary>
    public static AttemptResult GivenBackFor(ClaimedJob job, TimeSpan delay, string reason) =>
        GivenBack(job) with { DelaySeconds = delay.TotalSeconds, ErrorCode = JobErrorCode.Deferred, Error = reason };
}

/// <summary>A job that this worker has set running, or a poison candidate that it may set running.</summary>
internal sealed record ClaimedJob : IEncryptedRow
{
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    public required string Kind { get; init; }

    public required string Queue { get; init; }

    public required int Attempt { get; init; }

    public required int Failures { get; init; }

    public required string Input { get; init; }

    /// <summary>Why <see cref="Input"/> is empty: it cannot be decrypted.</summary>
    public UndecryptableException? Fault { get; init; }

    /// <summary>Where somebody follows it from the beginning; null when nobody does.</summary>
    public string? Subscriber { get; init; }

    /// <summary>
    /// Of a poison candidate, a job that a worker died of or beside: how many were suspected together. It is not claimed yet. Null of
    /// every other job.
    /// </summary>
    public int? Suspects { get; init; }

    /// <summary>Where its trace goes on; null while nobody listens.</summary>
    public string? Trace { get; init; }

    /// <summary>That of the attempt before this one.</summary>
    public string? AttemptTrace { get; init; }

    public required double QueuedSeconds { get; init; }

    /// <summary>Null when it never expires.</summary>
    public double? SecondsToExpiry { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault) =>
        !vault.TryOpen(EncryptedColumn.Input, Id, Input, out var input, out var fault) ? this with { Input = "{}", Fault = fault }
        : ReferenceEquals(input, Input) ? this
        : this with { Input = input! };
}
