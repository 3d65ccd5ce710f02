namespace Pipeline.Inference.Remote.Calls;

/// <summary>The caller's token with a time limit of our own, and which of the two ended a wait.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _limit;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _limit = limit;
        _timer = new(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    public bool Passed => _timer.IsCancellationRequested;

    /// <summary>The limit counts from now.</summary>
    public void Restart() => _timer.CancelAfter(_limit);

    /// <summary>No limit but the caller's.</summary>
    public void Lift() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
