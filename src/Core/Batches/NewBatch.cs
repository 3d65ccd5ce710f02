using Pipeline.Core.Intake;
using Pipeline.Core.Limits;

namespace Pipeline.Core.Batches;

/// <summary>A batch that was read and checked to its end, and is about to be accepted.</summary>
public sealed record NewBatch
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>Of the client.</summary>
    public ClientLimits Limits { get; init; } = ClientLimits.None;

    /// <summary>How many jobs it brings into each queue.</summary>
    public required IReadOnlyDictionary<string, int> Queues { get; init; }

    /// <summary>The items in their order, one at a time: a batch is never in memory as a whole. Read again when a write is tried again.</summary>
    public required Func<IEnumerable<NewBatchItem>> Items { get; init; }

    public IdempotencyKey? Key { get; init; }

    /// <summary>Where a webhook goes when its last job is final.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>What has to be written with it; where it refuses, nothing is accepted. Null: nothing.</summary>
    public ISubmissionWrite? Write { get; init; }

    public int Count => Queues.Values.Sum();
}

/// <summary>A validated job of a batch.</summary>
public sealed record NewBatchItem
{
    public required string Kind { get; init; }

    public required string Queue { get; init; }

    /// <summary>The input as JSON text, validated against the kind.</summary>
    public required string InputJson { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the client would like to have the result; null: in its turn.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The client's own name for the item.</summary>
    public string? Key { get; init; }

    /// <summary>The item's place in the request, from 0; null: behind the one before it.</summary>
    public int? Index { get; init; }

    /// <summary>What its answer needs beside input and result, for whoever accepted it; null: nothing.</summary>
    public string? AnswerForm { get; init; }

    /// <summary>Whom its client does it for, by its own name for them.</summary>
    public string? UserId { get; init; }
}

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

    /// <summary>What was to be written with it does not allow it. Nothing was accepted.</summary>
    public sealed record Refused(string Reason) : BatchReply;

    /// <summary>A limit of the client stands against it. Nothing was accepted.</summary>
    public sealed record LimitReached(Limits.LimitReached Limit) : BatchReply;

    /// <summary>A queue has no room for all of its jobs now. Nothing was accepted.</summary>
    /// <param name="RetryAfter">When the queue should have room, at the rate it drains now.</param>
    public sealed record QueueFull(string Queue, int Depth, int DepthMax, TimeSpan RetryAfter) : BatchReply;

    /// <summary>No living worker has a model that writes for one of its kinds. Nothing was accepted.</summary>
    /// <param name="Setting">What has to name another model.</param>
    public sealed record ModelCannotWrite(string Kind, string Setting) : BatchReply;

    /// <summary>A queue can never hold all of its jobs. Nothing was accepted.</summary>
    public sealed record TooLarge(string Queue, int Count, int DepthMax) : BatchReply;
}
