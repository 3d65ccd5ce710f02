using System.Threading.Channels;

namespace Pipeline.Inference.Scheduling;

/// <summary>
/// The way in: one bounded channel a priority, many writers, the loop as only reader. A full channel makes callers wait
/// rather than fail, because they already hold a message of a queue that is bounded itself.
/// </summary>
internal sealed class SubmissionQueue<TTask>(int queueMax) : IDisposable
    where TTask : class
{
    private readonly Channel<TTask> _interactive = Create(queueMax);
    private readonly Channel<TTask> _bulk = Create(queueMax);
    private readonly AutoResetEvent _arrived = new(initialState: false);

    public int Count => _interactive.Reader.Count + _bulk.Reader.Count;

    public async ValueTask AddAsync(TTask task, RequestPriority priority, CancellationToken cancellationToken)
    {
        try
        {
            await Of(priority).Writer.WriteAsync(task, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new InferenceException("The inference engine is stopping. Send the request to another worker.", exception);
        }

        _arrived.Set();
    }

    public TTask? TryTake(RequestPriority priority) => Of(priority).Reader.TryRead(out TTask? task) ? task : null;

    /// <summary>Blocks the loop's thread until something arrived since the last wait. False when nothing did in this time.</summary>
    public bool WaitForArrival(TimeSpan atMost) => _arrived.WaitOne(atMost);

    /// <summary>Wakes the loop for another reason, such as stopping.</summary>
    public void Wake() => _arrived.Set();

    /// <summary>Refuses further requests.</summary>
    public void Close()
    {
        _interactive.Writer.TryComplete();
        _bulk.Writer.TryComplete();
    }

    public void Dispose() => _arrived.Dispose();

    private Channel<TTask> Of(RequestPriority priority) => priority == RequestPriority.Bulk ? _bulk : _interactive;

    private static Channel<TTask> Create(int capacity) =>
        Channel.CreateBounded<TTask>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
}
