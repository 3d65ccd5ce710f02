using Pipeline.Core.Encryption;

namespace Pipeline.Core.Jobs;

/// <summary>A row of <c>jobs</c> as its client may see it. JSON columns are text, handed on as they are.</summary>
public record Job : IEncryptedRow
{
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>The name of the client, in a list of the jobs of several.</summary>
    public string? Client { get; init; }

    public required string Kind { get; init; }

    public required string Queue { get; init; }

    /// <summary>A value of <see cref="Contracts.JobState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The batch that brought it; null when it came alone.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>Whom its client did it for, by its own name for them.</summary>
    public string? UserId { get; init; }

    /// <summary>The job of which its client says that this one is a repeat with changes; it may be gone.</summary>
    public Guid? ResubmittedFrom { get; init; }

    /// <summary>The model that made its result, where that was measured.</summary>
    public string? Model { get; init; }

    /// <summary>Its result is that of an earlier job.</summary>
    public bool IsCached { get; init; }

    /// <summary>The job whose result it was given; null: its own.</summary>
    internal Guid? CachedFrom { get; init; }

    /// <summary>Starts so far.</summary>
    public required int Attempt { get; init; }

    /// <summary>Workers that died while they ran it.</summary>
    public required int Deaths { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When a delayed retry may start.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How many steps it has; null for a kind without, or before its first start.</summary>
    public int? Steps { get; init; }

    /// <summary>Those of <see cref="Steps"/> that are finished.</summary>
    public int? StepsDone { get; init; }

    /// <summary>The result as JSON, of a succeeded job that was asked for by its id; lists leave it out.</summary>
    public string? Result { get; init; }

    /// <summary>A value of <see cref="JobErrorCode"/>: why it failed, or why the last attempt did.</summary>
    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault) => Opened(vault);

    /// <summary>A job whose result cannot be decrypted is shown as one that failed; its row stays as it is.</summary>
    private protected virtual Job Opened(Vault vault)
    {
        if (!vault.TryOpen(EncryptedColumn.Result, CachedFrom ?? Id, Result, out var result, out var fault))
        {
            return Failed(fault);
        }

        var error = vault.OpenOrTell(EncryptedColumn.Error, Id, Error);
        return ReferenceEquals(result, Result) && ReferenceEquals(error, Error) ? this : this with { Result = result, Error = error };
    }

    private protected Job Failed(UndecryptableException fault) =>
        this with { State = Contracts.JobState.Failed, Result = null, ErrorCode = JobErrorCode.Undecryptable, Error = fault.Message };
}
