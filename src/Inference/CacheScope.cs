namespace Pipeline.Inference;

/// <summary>
/// Whose computation a request may share, and who may share its own. What is in a cache tells by its speed, and by the count of
/// cached tokens, that somebody sent it before, so nothing that a client wrote is shared with another one.
/// </summary>
/// <param name="Owner">For whom the request is made; requests without one share with each other.</param>
/// <param name="IsPublic">The part that is worth sharing holds built-in instructions alone: it is everybody's.</param>
public readonly record struct CacheScope(string? Owner, bool IsPublic)
{
    /// <summary>For prompts that are built in but for their last text.</summary>
    public static CacheScope Public { get; } = new(null, IsPublic: true);

    /// <summary>Whether a request of the other scope may use what one of this scope has left.</summary>
    public bool IsOpenTo(CacheScope other) => IsPublic || Owner == other.Owner;
}
