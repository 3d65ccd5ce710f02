using Pipeline.Core.Limits;

namespace Pipeline.Core.Clients;

/// <summary>Whoever holds an API key, as the key that was sent shows it.</summary>
public sealed record Client
{
    /// <summary>The client of an API that has no keys and listens on loopback only.</summary>
    public static readonly Guid LocalId = Guid.Empty;

    /// <summary>Whom jobs belong to that the pipeline gives itself. It has no key and no row; nobody can act as it.</summary>
    public static readonly Guid SystemId = new("00000000-0000-0000-0000-000000000001");

    /// <summary>While there is no key, whoever sits at this machine may do everything.</summary>
    public static readonly Client Local = new() { Id = LocalId, Name = "local", Role = Role.Admin };

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>Its own, until <see cref="LimitOptions"/> are added.</summary>
    public ClientLimits Limits { get; init; } = ClientLimits.None;

    /// <summary>The key that was sent; null for the local client, which has none.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>When that key ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
