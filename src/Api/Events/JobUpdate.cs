using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>What a subscriber is sent of a job, in this order.</summary>
internal abstract record JobUpdate
{
    private JobUpdate()
    {
    }

    /// <param name="JobsAhead">Jobs before it in its queue; null unless it waits and they were counted.</param>
    public sealed record State(string Value, int Attempt, int? JobsAhead) : JobUpdate;

    /// <param name="Done">0 to 1.</param>
    public sealed record Progress(double Done) : JobUpdate;

    /// <summary>A piece of the text. One of another attempt, or at an earlier place, replaces what came before.</summary>
    public sealed record Text(TextPlace At, string Value) : JobUpdate
    {
        public TextPlace End => At with { Offset = At.Offset + Value.Length };
    }

    /// <summary>Nothing new for a while.</summary>
    public sealed record Silence : JobUpdate;

    /// <summary>The job is final; nothing follows.</summary>
    public sealed record Ended(Job Job) : JobUpdate;

    /// <summary>The job goes on, this stream does not: its time is over, or the server stops. Nothing follows.</summary>
    public sealed record Interrupted : JobUpdate;
}
