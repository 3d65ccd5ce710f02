namespace Pipeline.Core.Clients;

/// <summary>A key that somebody wants.</summary>
public sealed record NewKey
{
    public required string Name { get; init; }

    /// <summary>Null: an admin if it is the first key, a client otherwise.</summary>
    public Role? Role { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The key is for the client that had the name last, with all that belongs to it, and not for a new one.</summary>
    public bool SameClient { get; init; }
}

/// <summary>What changes of a client's key; what is not set stays.</summary>
public sealed record KeyChange
{
    public Role? Role { get; init; }

    /// <summary>The client's share of a queue that others wait for too; null leaves it.</summary>
    public double? Weight { get; init; }

    /// <summary>The client's own limits by their names (<see cref="Pipeline.Core.Limits.LimitName"/>); null takes one away, and those that are not here stay.</summary>
    public IReadOnlyDictionary<string, long?> Limits { get; init; } = new Dictionary<string, long?>();

    /// <summary>Whether <see cref="ExpiresAt"/> counts.</summary>
    public bool SetsExpiry { get; init; }

    /// <summary>When the client's newest key ends; null: never. Its older ones end no later.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
