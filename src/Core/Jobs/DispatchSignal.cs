namespace Pipeline.Core.Jobs;

/// <summary>Wakes the dispatcher of this process when jobs were accepted here; other processes' are found by polling.</summary>
public sealed class DispatchSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set: the dispatcher looks once for any number of signals.
        }
    }

    /// <summary>Returns at the next signal, or when the time is over.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _set.WaitAsync(atMost, cancellationToken);

    public void Dispose() => _set.Dispose();
}
