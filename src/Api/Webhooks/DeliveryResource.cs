using System.ComponentModel;
using System.Text.Json.Serialization;
using Pipeline.Api.Jobs;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.Webhooks;

/// <summary>A delivery as clients see it.</summary>
[Description("A webhook delivery. Fields without a value are omitted.")]
internal sealed record DeliveryResource
{
    [Description("UUIDv7; sent as webhook-id.")]
    public required Guid Id { get; init; }

    [Description("Whose it is; only where those of others were asked for.")]
    public string? Client { get; init; }

    public Guid? JobId { get; init; }

    public Guid? BatchId { get; init; }

    [Description("Where it goes; of others without path and query, which may be secrets.")]
    public required string Url { get; init; }

    [Description("job.succeeded, job.failed, job.canceled, job.expired or batch.finished.")]
    public required string Type { get; init; }

    [Description("pending, delivered, failed or disabled.")]
    public required string State { get; init; }

    [Description("How many times it was sent.")]
    public required int Attempts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When it was last sent.")]
    public DateTimeOffset? AttemptedAt { get; init; }

    [Description("When it is sent next, while it is pending.")]
    public DateTimeOffset? DueAt { get; init; }

    [Description("When it was delivered or given up.")]
    public DateTimeOffset? FinishedAt { get; init; }

    [Description("The HTTP status that answered the last attempt.")]
    public int? Status { get; init; }

    [Description("Why the last attempt failed.")]
    public string? Error { get; init; }

    [Description("Beginning of the response to a failed attempt, at most 1 KiB.")]
    public string? Response { get; init; }

    [Description("The body that is sent; not in lists.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public string? Payload { get; init; }

    public required DeliveryLinks Links { get; init; }

    public static DeliveryResource Of(WebhookDelivery delivery) => new()
    {
        Id = delivery.Id,
        JobId = delivery.JobId,
        BatchId = delivery.BatchId,
        Url = delivery.Url,
        Type = delivery.Type,
        State = delivery.State,
        Attempts = delivery.Attempts,
        CreatedAt = delivery.CreatedAt,
        AttemptedAt = delivery.AttemptedAt,
        DueAt = delivery.DueAt,
        FinishedAt = delivery.FinishedAt,
        Status = delivery.Status,
        Error = delivery.Error,
        Response = delivery.Response,
        Payload = delivery.Payload,
        Links = DeliveryLinks.Of(delivery.Id),
    };

    /// <summary>As whoever steers sees those of others.</summary>
    /// <param name="delivery">Of the store.</param>
    /// <param name="showsTexts">Whether the installation shows operators what clients send and are sent.</param>
    public static DeliveryResource OfOther(WebhookDelivery delivery, bool showsTexts)
    {
        var shown = Of(delivery) with { Client = delivery.Client };
        return showsTexts ? shown : shown with { Url = new Uri(delivery.Url).GetLeftPart(UriPartial.Authority), Response = null, Payload = null };
    }
}

/// <param name="Self">GET reads it.</param>
/// <param name="Replay">POST sends it again.</param>
internal sealed record DeliveryLinks(string Self, string Replay)
{
    public static DeliveryLinks Of(Guid id) => new($"/api/webhooks/deliveries/{id}", $"/api/webhooks/deliveries/{id}/replay");
}

/// <param name="Deliveries">Newest first.</param>
internal sealed record DeliveryPageResource(IReadOnlyList<DeliveryResource> Deliveries, PageLinks Links);

/// <summary>A signing secret as clients see it.</summary>
internal sealed record SecretResource
{
    public required Guid Id { get; init; }

    [Description("The secret that signs webhooks. Shown only in this answer.")]
    public string? Secret { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When it stops signing; absent for the current one.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    public static SecretResource Of(WebhookSecret secret, string? text = null) =>
        new() { Id = secret.Id, Secret = text, CreatedAt = secret.CreatedAt, ExpiresAt = secret.ExpiresAt };
}

/// <param name="Secrets">Those that sign, the current one first.</param>
internal sealed record SecretListResource(IReadOnlyList<SecretResource> Secrets);
