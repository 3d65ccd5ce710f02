namespace Pipeline.Core.Clients;

/// <summary>Whoever holds an API key.</summary>
public sealed record Client
{
    /// <summary>The client of an API that has no keys and listens on loopback only.</summary>
    public static readonly Guid LocalId = Guid.Empty;

    /// <summary>Whom jobs belong to that the pipeline gives itself. It has no key and no row; nobody can act as it.</summary>
    public static readonly Guid SystemId = new("00000000-0000-0000-0000-000000000001");

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}
