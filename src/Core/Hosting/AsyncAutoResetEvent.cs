namespace Pipeline.Core.Hosting;

/// <summary>
/// Wakes a loop that has run out of work. The one in the container wakes the relay when this process accepted jobs;
/// what other processes accepted it finds by polling.
/// </summary>
public sealed class AsyncAutoResetEvent : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        // What the signal is about must be visible before the count is read: a loop that has just taken the signal may look too early.
        Interlocked.MemoryBarrier();
        if (_set.CurrentCount > 0)
        {
            return; // Already set: the loop looks once for any number of signals.
        }

        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another one was faster. Rare: each attempt of a worker sets one, and an exception costs more than the rest of it.
        }
    }

    /// <summary>Returns at the next signal, or when the time is over.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _set.WaitAsync(atMost, cancellationToken);

    /// <summary>Returns at the next signal.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _set.WaitAsync(cancellationToken);

    public void Dispose() => _set.Dispose();
}
