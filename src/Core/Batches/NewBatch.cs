using Pipeline.Core.Intake;

namespace Pipeline.Core.Batches;

/// <summary>A batch that was read and checked to its end, and is about to be accepted.</summary>
public sealed record NewBatch
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>How many jobs it brings into each queue.</summary>
    public required IReadOnlyDictionary<string, int> Queues { get; init; }

    /// <summary>The items in their order, one at a time: a batch is never in memory as a whole. Read again when a write is tried again.</summary>
    public required Func<IEnumerable<NewBatchItem>> Items { get; init; }

    public IdempotencyKey? Key { get; init; }

    /// <summary>Where a webhook goes when its last job is final.</summary>
    public string? CallbackUrl { get; init; }

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

    /// <summary>The client's own name for the item.</summary>
    public string? Key { get; init; }
}
