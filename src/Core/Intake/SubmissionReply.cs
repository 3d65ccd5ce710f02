namespace Pipeline.Core.Intake;

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

    /// <summary>The queue holds as many jobs as it may. Nothing was accepted.</summary>
    /// <param name="RetryAfter">When the queue should have room, at the rate it drains now.</param>
    public sealed record QueueFull(string Queue, int Depth, int DepthMax, TimeSpan RetryAfter) : SubmissionReply;
}
