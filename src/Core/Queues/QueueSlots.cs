namespace Pipeline.Core.Queues;

/// <summary>How many jobs of a queue run in this process at once. Not the broker's count, which is of messages: a message may carry several.</summary>
internal sealed class QueueSlots(string queue, int count) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count);

    public string Queue => queue;

    public int Count => count;

    public Task WaitAsync(CancellationToken cancellationToken) => _free.WaitAsync(cancellationToken);

    public void Release() => _free.Release();

    public void Dispose() => _free.Dispose();
}
