namespace Pipeline.Core.Jobs;

/// <summary>What became of a client's wish to cancel or retry a job.</summary>
public abstract record JobChange
{
    private JobChange()
    {
    }

    /// <param name="Job">The job after the change.</param>
    public sealed record Done(Job Job) : JobChange;

    /// <param name="Job">The job, whose state does not allow the change.</param>
    public sealed record Refused(Job Job) : JobChange;

    /// <summary>The client has no such job.</summary>
    public sealed record NotFound : JobChange;
}
