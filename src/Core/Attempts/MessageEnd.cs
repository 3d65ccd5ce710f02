namespace Pipeline.Core.Attempts;

/// <summary>
/// What ends the last job of a message ends the message, in one statement. Jobs of it that still run have an owner, who is
/// looked after without the message.
/// </summary>
/// <param name="dispatchId">The row of the message; null where somebody else wrote it.</param>
/// <param name="jobs">Those it carries. While one of them could not be started, the message is not over.</param>
internal sealed class MessageEnd(long? dispatchId, int jobs)
{
    private int _left = jobs;

    /// <summary>The row that ends with this job; null where others are left.</summary>
    public long? JobEnds() => Interlocked.Decrement(ref _left) == 0 ? dispatchId : null;
}
