namespace Pipeline.Client;

/// <summary>What happens to a job that is followed, in this order.</summary>
public abstract record JobUpdate
{
    private JobUpdate()
    {
    }

    /// <param name="Value">One of <see cref="Contracts.JobState"/>.</param>
    /// <param name="JobsAhead">Jobs before it in its queue; null unless it waits and they were counted.</param>
    public sealed record StateChanged(string Value, int Attempt, int? JobsAhead) : JobUpdate;

    /// <param name="Done">0 to 1.</param>
    public sealed record Progressed(double Done) : JobUpdate;

    /// <summary>A piece of the text. One of another attempt, or at an earlier place, replaces what came before.</summary>
    /// <param name="Offset">Where it stands, in UTF-16 code units.</param>
    public sealed record TextAdded(int Attempt, int Offset, string Value) : JobUpdate;

    /// <summary>The job is final; nothing follows. Of a typed stream it is a <see cref="Job{TResult}"/>.</summary>
    public sealed record Ended(Job Job) : JobUpdate;
}

internal sealed record StateEvent(string State, int Attempt, int? JobsAhead);

internal sealed record ProgressEvent(double Done);

internal sealed record TokensEvent(int Attempt, int Offset, string Text);
