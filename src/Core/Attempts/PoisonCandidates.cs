namespace Pipeline.Core.Attempts;

/// <summary>
/// Of all jobs that ran when a worker died, one is to blame. They are tried half of them at a time, beside other jobs: if the worker
/// survives, that half is innocent, and if it dies, half as many are suspected. A job that is suspected alone runs without other
/// candidates, so that the next death convicts it and not its neighbours.
/// </summary>
internal sealed class PoisonCandidates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (string Queue, int Suspects)> _running = [];

    /// <summary>Null where it may not run now: it would make the set too large, or take the queue's slots from others.</summary>
    /// <param name="jobId">Of the candidate.</param>
    /// <param name="suspects">How many are suspected together with it, itself included.</param>
    /// <param name="slots">Of its queue.</param>
    /// <returns>Until disposed, it runs.</returns>
    public IDisposable? TryEnter(Guid jobId, int suspects, (string Queue, int Count) slots)
    {
        lock (_lock)
        {
            var together = _running.Values.Select(other => other.Suspects).Append(suspects).Min() / 2;
            var inQueue = _running.Values.Count(other => other.Queue == slots.Queue);
            return _running.Count < Math.Max(1, together) && inQueue < Math.Max(1, slots.Count / 2) && _running.TryAdd(jobId, (slots.Queue, suspects))
                ? new Running(this, jobId)
                : null;
        }
    }

    private sealed class Running(PoisonCandidates owner, Guid jobId) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._running.Remove(jobId);
            }
        }
    }
}
