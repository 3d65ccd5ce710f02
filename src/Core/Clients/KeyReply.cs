namespace Pipeline.Core.Clients;

/// <summary>How a change of keys ended.</summary>
public abstract record KeyReply
{
    /// <param name="Secret">The key itself: the only time that it can be read.</param>
    public sealed record Made(StoredKey Key, string Secret) : KeyReply;

    /// <param name="Key">The client's newest key.</param>
    public sealed record Changed(StoredKey Key) : KeyReply;

    /// <param name="Clients">All that had the name. Their keys have ended; their data is still there.</param>
    public sealed record Erasing(IReadOnlyList<Guid> Clients) : KeyReply;

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
