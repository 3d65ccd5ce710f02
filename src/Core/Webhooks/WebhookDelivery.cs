using Pipeline.Core.Encryption;

namespace Pipeline.Core.Webhooks;

/// <summary>A row of <c>webhook_deliveries</c> as its client may see it.</summary>
public sealed record WebhookDelivery : IEncryptedRow
{
    /// <summary>Also the <c>webhook-id</c>.</summary>
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>The name of its client, or its id once that is erased.</summary>
    public string? Client { get; init; }

    public Guid? JobId { get; init; }

    public Guid? BatchId { get; init; }

    public required string Url { get; init; }

    public required string Type { get; init; }

    /// <summary>A value of <see cref="DeliveryState"/>.</summary>
    public required string State { get; init; }

    public required int Attempts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? AttemptedAt { get; init; }

    /// <summary>The next attempt, while there is one.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>HTTP status of the last attempt; null when there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }

    /// <summary>How the answer to the last attempt began.</summary>
    public string? Response { get; init; }

    /// <summary>The body as JSON text, of a delivery that was asked for by its id; lists leave it out.</summary>
    public string? Payload { get; init; }

    internal Guid? CachedFrom { get; init; }

    /// <summary>A body that cannot be decrypted is left out.</summary>
    IEncryptedRow IEncryptedRow.Opened(Vault vault) => this with { Response = vault.OpenOrTell(EncryptedColumn.Reply, Id, Response), Payload = OpenedPayload(vault) };

    private string? OpenedPayload(Vault vault)
    {
        try
        {
            return Payload is null ? null : DeliveryBody.Open(vault, JobId, CachedFrom, Payload);
        }
        catch (UndecryptableException)
        {
            return null;
        }
    }
}

/// <summary>The values of <c>webhook_deliveries.state</c>.</summary>
public static class DeliveryState
{
    /// <summary>Waits for its first or next attempt.</summary>
    public const string Pending = "pending";

    public const string Delivered = "delivered";

    /// <summary>The last attempt failed, or the target is none that webhooks may go to.</summary>
    public const string Failed = "failed";

    /// <summary>The URL answered 410 Gone, to this delivery or to an earlier one.</summary>
    public const string Disabled = "disabled";

    public static IReadOnlyList<string> All { get; } = [Pending, Delivered, Failed, Disabled];
}

/// <summary>Which deliveries to list, newest first.</summary>
public sealed record DeliveryFilter
{
    public Guid? JobId { get; init; }

    public Guid? BatchId { get; init; }

    public string? State { get; init; }

    /// <summary>Only deliveries older than this one.</summary>
    public Guid? Before { get; init; }

    public required int Limit { get; init; }
}
