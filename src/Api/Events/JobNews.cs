using Pipeline.Core.Events;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Events;

/// <summary>What a follower is told of a job, in the order that it is to be told.</summary>
internal abstract record JobNews
{
    private JobNews()
    {
    }

    /// <param name="JobsAhead">Jobs before it in its lane; null unless it waits and they were counted.</param>
    public sealed record State(string Value, int Attempt, int? JobsAhead) : JobNews;

    /// <param name="Done">0 to 1.</param>
    public sealed record Progress(double Done) : JobNews;

    /// <summary>A piece of the text. One of another attempt, or at an earlier place, replaces what came before.</summary>
    public sealed record Text(TextPlace At, string Value) : JobNews
    {
        public TextPlace End => At with { Offset = At.Offset + Value.Length };
    }

    /// <summary>Nothing new for a while.</summary>
    public sealed record Silence : JobNews;

    /// <summary>The job is final; nothing follows.</summary>
    public sealed record Ended(Job Job) : JobNews;

    /// <summary>The job goes on, this stream does not: its time is over, or the server stops. Nothing follows.</summary>
    public sealed record Interrupted : JobNews;
}
