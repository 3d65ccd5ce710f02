using System.Collections.Concurrent;

namespace Pipeline.Bench.Jobs.Http;

/// <summary>The same request at a fixed rate, whatever the answers take, as far as the connections allow.</summary>
internal sealed class SteadyLoad(int port, ReadOnlyMemory<byte> request, double perSecond, TimeProvider time)
{
    private readonly ConcurrentQueue<double> _milliseconds = new();
    private long _sent;

    /// <summary>Requests that were answered with 202.</summary>
    public long Accepted { get; private set; }

    /// <summary>Returns when the time is over and everything sent is answered.</summary>
    /// <exception cref="Measuring.BenchException">A request was not accepted.</exception>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Sizes.Connections).Select(async _ =>
        {
            using KeepAliveConnection connection = await KeepAliveConnection.OpenAsync(port, cancellationToken);
            while (true)
            {
                TimeSpan due = TimeSpan.FromSeconds(Interlocked.Increment(ref _sent) / perSecond);
                if (due >= duration)
                {
                    return;
                }

                TimeSpan wait = due - time.GetElapsedTime(start);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }

                long sent = time.GetTimestamp();
                await connection.SendAsync(request, status: 202, cancellationToken);
                _milliseconds.Enqueue(time.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
    }

    /// <summary>Milliseconds of the answers since this was last asked, in order of size.</summary>
    public double[] TakeLatencies()
    {
        List<double> taken = [];
        while (_milliseconds.TryDequeue(out double milliseconds))
        {
            taken.Add(milliseconds);
        }

        Accepted += taken.Count;
        taken.Sort();
        return [.. taken];
    }
}
