namespace Pipeline.Api;

/// <summary>Event ids 2000 to 2999.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(2000, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string method, PathString path);

    [LoggerMessage(2001, LogLevel.Warning, "{Method} {Path} answered 503: {Reason}")]
    public static partial void StoreUnavailable(this ILogger log, string method, PathString path, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "{Count} jobs were accepted, but the database became unavailable before they could be read; answered without waiting")]
    public static partial void AcceptedUnread(this ILogger log, Exception exception, int count);

    [LoggerMessage(2050, LogLevel.Warning, "A query was searched by words alone; job {JobId} did not embed it: {Reason}")]
    public static partial void QueryNotEmbedded(this ILogger log, Guid jobId, string reason);

    [LoggerMessage(2070, LogLevel.Warning, "A file was not read within {Timeout}; its process was ended")]
    public static partial void ReaderTimedOut(this ILogger log, TimeSpan timeout);

    [LoggerMessage(2071, LogLevel.Warning, "A file ended the process that read it, with exit code {ExitCode}")]
    public static partial void ReaderDied(this ILogger log, int exitCode);

    [LoggerMessage(2060, LogLevel.Error, "Batch {BatchId} could not leave the state {State}; trying again in a minute")]
    public static partial void FileBatchFailed(this ILogger log, Exception exception, Guid batchId, string state);

    [LoggerMessage(2011, LogLevel.Warning, "Entry {Id} of the audit was answered {Status}, which could not be written there: {Reason}")]
    public static partial void AuditIncomplete(this ILogger log, Guid id, int status, string reason);

    [LoggerMessage(2010, LogLevel.Information, "No API keys exist: requests from this machine act as the local client; every other request is refused")]
    public static partial void ServingWithoutKeys(this ILogger log);
}
