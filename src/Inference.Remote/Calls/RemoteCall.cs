using System.Runtime.CompilerServices;

namespace Pipeline.Inference.Remote.Calls;

/// <summary>
/// One request to a server: bounded by the endpoint's timeout, and whatever an SDK throws becomes what the seam promises.
/// Nothing is tried again here: jobs are, by the queue, and two layers that retry multiply. A request that waits for a slot has not
/// begun.
/// </summary>
internal static class RemoteCall
{
    public static async Task<T> RunAsync<T>(
        RemoteEndpoint endpoint, TimeProvider time, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using Slot slot = await Slot.TakeAsync(endpoint.Slots, cancellationToken);
        using Deadline deadline = new(endpoint.Timeout, time, cancellationToken);
        try
        {
            return await call(deadline.Token);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw RemoteFailure.Of(e, endpoint, deadline.Passed);
        }
    }

    public static async IAsyncEnumerable<T> StreamAsync<T>(
        RemoteEndpoint endpoint,
        TimeProvider time,
        Func<CancellationToken, IAsyncEnumerable<T>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Slot slot = await Slot.TakeAsync(endpoint.Slots, cancellationToken);
        using Deadline deadline = new(endpoint.Timeout, time, cancellationToken);
        await using IAsyncEnumerator<T> pieces = open(deadline.Token).GetAsyncEnumerator(deadline.Token);
        while (await NextAsync(pieces, endpoint, deadline, cancellationToken))
        {
            deadline.Lift(); // A slow reader is not the server's fault.
            yield return pieces.Current;
            deadline.Restart();
        }
    }

    private static async Task<bool> NextAsync<T>(
        IAsyncEnumerator<T> pieces, RemoteEndpoint endpoint, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw RemoteFailure.Of(e, endpoint, deadline.Passed);
        }
    }

    /// <summary>One of the requests that a server gets at once.</summary>
    private readonly struct Slot(SemaphoreSlim? slots) : IDisposable
    {
        public static async Task<Slot> TakeAsync(SemaphoreSlim? slots, CancellationToken cancellationToken)
        {
            if (slots is not null)
            {
                await slots.WaitAsync(cancellationToken);
            }

            return new(slots);
        }

        public void Dispose() => slots?.Release();
    }
}
