using Pipeline.Core.Encryption;

namespace Pipeline.Core.FileBatches;

/// <summary>A row of <c>file_batches</c>: a batch whose items are the lines of a file.</summary>
public sealed record FileBatch : IEncryptedRow
{
    /// <summary>UUIDv7; also that of the batch of its jobs, once it has some.</summary>
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>The path that every line asks.</summary>
    public required string Endpoint { get; init; }

    public required Guid InputFileId { get; init; }

    /// <summary>As its client wrote it: 24h.</summary>
    public required string CompletionWindow { get; init; }

    /// <summary>JSON text.</summary>
    public string? Metadata { get; init; }

    public string? CallbackUrl { get; init; }

    /// <summary>How long its output is kept; null: as other files.</summary>
    public int? OutputSeconds { get; init; }

    /// <summary>A value of <see cref="FileBatchState"/>.</summary>
    public required string State { get; init; }

    /// <summary>All lines; 0 until they are checked.</summary>
    public int Lines { get; init; }

    /// <summary>Lines that became no jobs.</summary>
    public int BadLines { get; init; }

    /// <summary>Lines that succeeded so far.</summary>
    public int Completed { get; init; }

    /// <summary>Lines that ended otherwise so far.</summary>
    public int Failed { get; init; }

    /// <summary>Why it failed as a whole.</summary>
    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    /// <summary>The line that made it fail, from 1.</summary>
    public int? ErrorLine { get; init; }

    public Guid? OutputFileId { get; init; }

    public Guid? ErrorFileId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The deadline of its lines; what is not done by then expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? InProgressAt { get; init; }

    public DateTimeOffset? FinalizingAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? ExpiredAt { get; init; }

    public DateTimeOffset? CancellingAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>Since when its client holds back what has not been sent to a worker.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Lines whose jobs were erased: nothing is left of them.</summary>
    public int Erased { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault) => Error is null ? this : this with { Error = vault.OpenOrTell(EncryptedColumn.BatchError, Id, Error) };
}

/// <summary>The values of <c>file_batches.state</c>: OpenAI's words.</summary>
public static class FileBatchState
{
    /// <summary>Its lines are being checked; none is a job yet.</summary>
    public const string Validating = "validating";

    /// <summary>No line could become a job, for a reason that concerns them all.</summary>
    public const string Failed = "failed";

    public const string InProgress = "in_progress";

    /// <summary>Every job is final; its files are being written.</summary>
    public const string Finalizing = "finalizing";

    public const string Completed = "completed";

    /// <summary>Not every line was done in time.</summary>
    public const string Expired = "expired";

    public const string Cancelling = "cancelling";

    public const string Cancelled = "cancelled";

    public static bool IsFinal(string state) => state is Failed or Completed or Expired or Cancelled;
}

/// <summary>A batch that a client asks for.</summary>
public sealed record NewFileBatch
{
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    public required string Endpoint { get; init; }

    public required Guid InputFileId { get; init; }

    public required string CompletionWindow { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string? Metadata { get; init; }

    public string? CallbackUrl { get; init; }

    public int? OutputSeconds { get; init; }

    public string? IdempotencyKey { get; init; }

    public byte[]? RequestHash { get; init; }
}
