using Pipeline.Core.Limits;

namespace Pipeline.Core.Clients;

/// <summary>A key as lists show it, with its client, whose own limits it has.</summary>
public sealed record StoredKey : ClientLimits
{
    public required Guid Id { get; init; }

    /// <summary>Of the client.</summary>
    public required string Name { get; init; }

    /// <summary>Of the client.</summary>
    public required Role Role { get; init; }

    /// <summary>Of the client.</summary>
    public required double Weight { get; init; }

    /// <summary>How the key begins; null for keys made before this was kept.</summary>
    public string? Prefix { get; init; }

    /// <summary>A value of <see cref="KeyState"/>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Up to a minute late; null: not yet.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

public static class KeyState
{
    public const string Active = "active";
    public const string Expired = "expired";
    public const string Revoked = "revoked";
}
