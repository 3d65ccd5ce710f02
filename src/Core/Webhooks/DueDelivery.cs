using Pipeline.Core.Encryption;

namespace Pipeline.Core.Webhooks;

/// <summary>A delivery that this process has to make now.</summary>
internal sealed record DueDelivery : IEncryptedRow
{
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    public Guid? JobId { get; init; }

    /// <summary>The job whose result it tells; null: that of <see cref="JobId"/>.</summary>
    public Guid? CachedFrom { get; init; }

    public required string Url { get; init; }

    /// <summary>Server and port of the URL, as the database reads them.</summary>
    public required string Host { get; init; }

    public required string Payload { get; init; }

    /// <summary>Fences what this attempt writes.</summary>
    public required int Attempt { get; init; }

    /// <summary>Failed attempts before this one.</summary>
    public required int Failures { get; init; }

    /// <summary>The URL answered 410 Gone before.</summary>
    public required bool IsDisabled { get; init; }

    /// <summary>Where the trace of its job goes on; null while nobody listens.</summary>
    public string? Trace { get; init; }

    /// <summary>Those in force, the current one first; null when the client has none.</summary>
    public byte[][]? Secrets { get; init; }

    public Guid[]? SecretIds { get; init; }

    /// <summary>Why it cannot be sent: body or secrets cannot be decrypted.</summary>
    public string? Fault { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault)
    {
        try
        {
            return this with
            {
                Payload = DeliveryBody.Open(vault, JobId, CachedFrom, Payload),
                Secrets = Secrets is null ? null : [.. Secrets.Zip(SecretIds!, (secret, id) => vault.Open(EncryptedColumn.WebhookSecret, id, secret))],
            };
        }
        catch (UndecryptableException e)
        {
            return this with { Fault = e.Message };
        }
    }
}

/// <summary>What an attempt means for its delivery.</summary>
internal enum DeliveryVerdict
{
    /// <summary>Answered 2xx.</summary>
    Delivered,

    /// <summary>Worth another attempt.</summary>
    Failed,

    /// <summary>Worth another attempt, and all others to this URL wait as well: it has too much to do, or does not answer.</summary>
    Overloaded,

    /// <summary>The URL wants no webhooks any more.</summary>
    Gone,

    /// <summary>The target is none that webhooks may go to.</summary>
    Refused,
}

/// <summary>How one attempt ended.</summary>
internal sealed record DeliveryAttempt(DeliveryVerdict Verdict)
{
    public int? Status { get; init; }

    public string? Error { get; init; }

    public string? Response { get; init; }

    /// <summary>When the receiver wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
