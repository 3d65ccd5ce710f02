using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;

namespace Pipeline.Console.Overview;

/// <summary>
/// How the queues did in the last hour, as far as this process has lived: what <see cref="QueueStatistics"/> samples anyway, kept every
/// 30 seconds. It costs no query.
/// </summary>
internal sealed class QueueHistory(QueueStatistics statistics, TimeProvider time, ILogger<QueueHistory> log) : LoopService(time, log)
{
    /// <summary>An hour.</summary>
    public const int SamplesMax = 120;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();

    // Written by the loop, read by pages, both under the lock.
    private readonly Queue<IReadOnlyList<QueueStatus>> _samples = new(SamplesMax + 1);

    /// <summary>Of a queue, oldest first: jobs that ended in the minute before each sample.</summary>
    public IReadOnlyList<double> FinishedOf(string queue) => Read(queue, status => status.FinishedPerMinute);

    /// <summary>Of a queue, oldest first: jobs that waited.</summary>
    public IReadOnlyList<double> DepthOf(string queue) => Read(queue, status => status.Depth);

    /// <summary>Keeps the sample of now.</summary>
    internal void Take() => Keep(statistics.Current);

    /// <summary>Keeps a sample as the newest.</summary>
    internal void Keep(IReadOnlyList<QueueStatus> sample)
    {
        lock (_lock)
        {
            _samples.Enqueue(sample);
            if (_samples.Count > SamplesMax)
            {
                _samples.Dequeue();
            }
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Take();
            RoundDone();
        }
    }

    private double[] Read(string queue, Func<QueueStatus, double> value)
    {
        lock (_lock)
        {
            return [.. _samples.Select(sample => sample.FirstOrDefault(status => status.Queue == queue) is { } status ? value(status) : 0)];
        }
    }
}
