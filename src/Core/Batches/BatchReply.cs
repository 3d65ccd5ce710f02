namespace Pipeline.Core.Batches;

/// <summary>What became of a <see cref="NewBatch"/>.</summary>
public abstract record BatchReply
{
    private BatchReply()
    {
    }

    /// <summary>The batch and all its jobs are durable.</summary>
    /// <param name="Replayed">The key was seen before with the same request; the id is that of the first time.</param>
    public sealed record Accepted(Guid Id, bool Replayed) : BatchReply;

    /// <summary>The key was seen before with another request. Nothing was accepted.</summary>
    public sealed record KeyReused : BatchReply;

    /// <summary>A queue has no room for all of its jobs now. Nothing was accepted.</summary>
    /// <param name="RetryAfter">When the queue should have room, at the rate it drains now.</param>
    public sealed record QueueFull(string Queue, int Depth, int DepthMax, TimeSpan RetryAfter) : BatchReply;

    /// <summary>A queue can never hold all of its jobs. Nothing was accepted.</summary>
    public sealed record TooLarge(string Queue, int Count, int DepthMax) : BatchReply;
}
