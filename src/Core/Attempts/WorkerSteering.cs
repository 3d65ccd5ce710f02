using Pipeline.Core.Queues;

namespace Pipeline.Core.Attempts;

/// <summary>What operators want of this worker: whether it takes anything new, and from which queues.</summary>
internal sealed class WorkerSteering(ConsumedQueues queues)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _held = [];

    /// <summary>Nothing is received any more.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Canceled when nothing more of the queue may be started.</summary>
    public CancellationToken Held(string queue)
    {
        lock (_lock)
        {
            return Source(queue).Token;
        }
    }

    public void Set(bool draining, IReadOnlyCollection<string> paused)
    {
        List<CancellationTokenSource> held = [];
        lock (_lock)
        {
            IsDraining = draining;
            foreach (var queue in queues.Names)
            {
                var source = Source(queue);
                var isHeld = draining || paused.Contains(queue);
                if (isHeld && !source.IsCancellationRequested)
                {
                    held.Add(source);
                }
                else if (!isHeld && source.IsCancellationRequested)
                {
                    // Not disposed: what is being given back may still look at it. It has no timer, so nothing leaks.
                    _held[queue] = new();
                }
            }
        }

        foreach (var source in held)
        {
            source.Cancel();
        }
    }

    private CancellationTokenSource Source(string queue) =>
        _held.TryGetValue(queue, out var source) ? source : _held[queue] = new();
}
