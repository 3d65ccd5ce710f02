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

    /// <summary>Whether <see cref="ExpiresAt"/> counts.</summary>
    public bool SetsExpiry { get; init; }

    /// <summary>When the client's newest key ends; null: never. Its older ones end no later.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>How a change of keys ended.</summary>
public abstract record KeyReply
{
    /// <param name="Secret">The key itself: the only time that it can be read.</param>
    public sealed record Made(StoredKey Key, string Secret) : KeyReply;

    /// <param name="Key">The client's newest key.</param>
    public sealed record Changed(StoredKey Key) : KeyReply;

    /// <param name="Keys">How many ended.</param>
    public sealed record Revoked(int Keys) : KeyReply;

    /// <param name="Message">A sentence with the remedy.</param>
    public sealed record Refused(KeyRefusal Reason, string Message) : KeyReply;
}

public enum KeyRefusal
{
    /// <summary>A client that is not revoked has the name.</summary>
    NameTaken,

    /// <summary>No client that is not revoked has the name, or it has no such key.</summary>
    NotFound,

    /// <summary>No key of an admin would be left in force.</summary>
    LastAdmin,

    /// <summary>The first key is an admin's.</summary>
    FirstIsAdmin,

    /// <summary>Nobody had the name before, so there is no client to be the same as.</summary>
    NoSuchClient,
}
