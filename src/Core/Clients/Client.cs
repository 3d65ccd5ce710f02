namespace Pipeline.Core.Clients;

/// <summary>Whoever holds an API key.</summary>
public sealed record Client
{
    /// <summary>The client of an API that has no keys and listens on loopback only.</summary>
    public static readonly Guid LocalId = Guid.Empty;

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}
