using Pipeline.Core.Limits;

namespace Pipeline.Core.Intake;

/// <summary>Jobs that are accepted together or not at all: one HTTP request.</summary>
public sealed record Submission
{
    public required Guid ClientId { get; init; }

    /// <summary>Of the client.</summary>
    public ClientLimits Limits { get; init; } = ClientLimits.None;

    public required IReadOnlyList<NewJob> Jobs { get; init; }

    public IdempotencyKey? Key { get; init; }

    /// <summary>What has to be written with the jobs; null: nothing.</summary>
    public ISubmissionWrite? Write { get; init; }

    /// <summary>What has to be written together with that of other submissions; null: nothing.</summary>
    public IGroupWrite? GroupWrite { get; init; }

    /// <summary>Where the trace of the jobs goes on; null while nobody listens.</summary>
    internal string? Trace { get; init; }
}

/// <summary>A validated job that is about to be accepted.</summary>
public sealed record NewJob
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Queue { get; init; }

    /// <summary>The input as JSON text, validated against the kind.</summary>
    public required string InputJson { get; init; }

    /// <summary>After this moment nobody wants the result any more.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the client would like to have the result; null: in its turn.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Where its events are to be sent from the first one on; null while nobody follows it.</summary>
    public string? Subscriber { get; init; }

    /// <summary>Where a webhook goes when the job is final.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>What its answer needs beside input and result, for whoever accepted it; null: nothing.</summary>
    public string? AnswerForm { get; init; }

    /// <summary>Whom its client does it for, by its own name for them; null: nobody in particular.</summary>
    public string? UserId { get; init; }

    /// <summary>The job of which it is a repeat with changes; null: of none.</summary>
    public Guid? ResubmittedFrom { get; init; }

    /// <summary>Where to look for a result that it can be given at once; null when it has to be computed.</summary>
    public Guid? CacheKey { get; init; }
}

/// <summary>A client's promise that requests with the same key are the same request.</summary>
/// <param name="RequestHash">SHA-256 over everything that makes the request; tells a repeat from a mistake.</param>
public sealed record IdempotencyKey(string Value, byte[] RequestHash);

/// <summary>What became of a <see cref="Submission"/>.</summary>
public abstract record SubmissionReply
{
    private SubmissionReply()
    {
    }

    /// <summary>The jobs are durable.</summary>
    /// <param name="JobIds">In the order of the submission.</param>
    /// <param name="Replayed">The key was seen before with the same request; the ids are those of the first time.</param>
    public sealed record Accepted(IReadOnlyList<Guid> JobIds, bool Replayed) : SubmissionReply
    {
        /// <summary>The jobs that have their results already, from the cache.</summary>
        public IReadOnlyList<Guid> Cached { get; init; } = [];
    }

    /// <summary>The key was seen before with another request. Nothing was accepted.</summary>
    public sealed record KeyReused : SubmissionReply;

    /// <summary>The submission's claim was refused. Nothing was accepted.</summary>
    /// <param name="Reason">For the client.</param>
    public sealed record Refused(string Reason) : SubmissionReply;

    /// <summary>No living worker has a model that writes for the kind. Nothing was accepted.</summary>
    /// <param name="Setting">What has to name another model.</param>
    public sealed record ModelCannotWrite(string Kind, string Setting) : SubmissionReply;

    /// <summary>A limit of the client stands against it. Nothing was accepted.</summary>
    public sealed record LimitReached(Limits.LimitReached Limit) : SubmissionReply;

    /// <summary>The queue holds as many jobs as it may. Nothing was accepted.</summary>
    /// <param name="RetryAfter">When the queue should have room, at the rate it drains now.</param>
    public sealed record QueueFull(string Queue, int Depth, int DepthMax, TimeSpan RetryAfter) : SubmissionReply;
}
