namespace Pipeline.Core.Webhooks;

/// <summary>A signing secret in force, without the secret itself.</summary>
public sealed record WebhookSecret
{
    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops signing; null for the current one.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What is known of a URL that a client names for webhooks.</summary>
public sealed record WebhookEndpoint
{
    /// <summary>Whether the client has anything to sign with.</summary>
    public required bool HasSecret { get; init; }

    /// <summary>When the URL answered 410 Gone.</summary>
    public DateTimeOffset? DisabledAt { get; init; }
}
