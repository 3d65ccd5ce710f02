namespace Pipeline.Core.FileBatches;

/// <summary>What became of a retry of a batch.</summary>
public abstract record FileBatchRetry
{
    private FileBatchRetry()
    {
    }

    /// <param name="Lines">How many are queued anew.</param>
    public sealed record Done(int Lines) : FileBatchRetry;

    /// <summary>Its state does not allow it, or there is none.</summary>
    public sealed record Refused : FileBatchRetry;

    /// <summary>A limit of the client stands against it.</summary>
    public sealed record LimitReached(Limits.LimitReached Limit) : FileBatchRetry;
}
