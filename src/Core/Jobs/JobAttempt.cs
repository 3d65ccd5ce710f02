using Pipeline.Core.Encryption;

namespace Pipeline.Core.Jobs;

/// <summary>An attempt that ended without a result. A row of <c>job_attempts</c>, which a trigger of <c>jobs</c> writes.</summary>
public sealed record JobAttempt : IEncryptedRow
{
    internal Guid JobId { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The host of the worker; null: nobody knew it any more.</summary>
    public string? Worker { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What the job was then: queued again, failed, canceled or expired.</summary>
    public required string State { get; init; }

    /// <summary>Null: its worker died or gave it back, or somebody canceled the job.</summary>
    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault) => vault.OpenOrTell(EncryptedColumn.Error, JobId, Error) is var error && ReferenceEquals(error, Error) ? this : this with { Error = error };
}
