using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>What a submission may say besides its input. Every field has a default.</summary>
public sealed record JobOptions
{
    /// <summary>Interactive, now, computed once.</summary>
    public static JobOptions Default { get; } = new();

    /// <summary>Bulk jobs have queues of their own and never delay interactive ones.</summary>
    public JobPriority Priority { get; init; } = JobPriority.Interactive;

    /// <summary>The job expires unless it has finished by then.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the result is wanted; of one client's jobs, those with the earliest deadline go first.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whom it is done for: 1 to 200 characters of your own, by which all that is kept of one user is exported and erased.</summary>
    public string? User { get; init; }

    /// <summary>Receives a signed webhook when the job is final.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>False computes the result even if that of an earlier job with the same input is known.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>1 to 255 visible ASCII characters; null makes a new one for each submission, which all its tries share.</summary>
    public string? IdempotencyKey { get; init; }

    internal JobOptions WithKey(TimeProvider time) =>
        IdempotencyKey is null ? this with { IdempotencyKey = Guid.CreateVersion7(time.GetUtcNow()).ToString() } : this;
}
