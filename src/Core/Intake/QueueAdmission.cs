using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Queues;

namespace Pipeline.Core.Intake;

/// <summary>
/// Keeps each queue within <see cref="QueueOptions.DepthMax"/>, but for the few jobs that <see cref="QueueReserve"/> lets in. The depth is the last sample plus what this process let in
/// since; so one API process never passes the bound, and several can pass it by what the others accept in a second.
/// </summary>
public sealed class QueueAdmission(JobCatalog catalog, IOptionsMonitor<QueueOptions> options, KnownWriters writers)
{
    private static readonly TimeSpan RetryAfterMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, QueueLoad> _loads = catalog.Queues.ToDictionary(queue => queue, _ => new QueueLoad());
    private readonly Dictionary<string, string> _kinds = catalog.All.SelectMany(kind => kind.Queues.Select(queue => (queue, kind.Name))).ToDictionary();

    public int DepthMax(string queue) => options.Get(queue).DepthMax;

    /// <summary>Counts the jobs in, or says which queue has no room for them, or no model that can write.</summary>
    public SubmissionReply? TryEnter(IReadOnlyList<NewJob> jobs) => TryEnter(CountByQueue(jobs));

    /// <param name="jobs">How many jobs of each queue.</param>
    public SubmissionReply? TryEnter(IReadOnlyDictionary<string, int> jobs)
    {
        foreach (var queue in jobs.Keys)
        {
            if (writers.MissingSetting(_kinds[queue]) is { } setting)
            {
                return new SubmissionReply.ModelCannotWrite(_kinds[queue], setting);
            }
        }

        lock (_lock)
        {
            if (FindExcess(jobs) is { } full)
            {
                return full;
            }

            Count(jobs);
            return null;
        }
    }

    /// <summary>The queue that has no room for the jobs now, if there is one; nothing is counted.</summary>
    internal SubmissionReply.QueueFull? FindFull(IReadOnlyDictionary<string, int> jobs)
    {
        lock (_lock)
        {
            return FindExcess(jobs);
        }
    }

    /// <summary>Counts the jobs in, room or not.</summary>
    internal void Enter(IReadOnlyDictionary<string, int> jobs)
    {
        lock (_lock)
        {
            Count(jobs);
        }
    }

    /// <summary>The jobs are committed, or will never be: the next sample knows.</summary>
    public void Settle(IReadOnlyList<NewJob> jobs) => Settle(CountByQueue(jobs));

    /// <param name="jobs">How many jobs of each queue.</param>
    public void Settle(IReadOnlyDictionary<string, int> jobs)
    {
        lock (_lock)
        {
            foreach (var (queue, count) in jobs)
            {
                _loads[queue].Uncommitted -= count;
            }
        }
    }

    /// <summary>Called before a sample is read: it may or may not see what is being committed now, so that is counted on top.</summary>
    internal void BeginSample()
    {
        lock (_lock)
        {
            foreach (var load in _loads.Values)
            {
                load.DepthAtSample = load.Depth - load.Uncommitted;
            }
        }
    }

    internal void EndSample(IReadOnlyList<QueueStatus> sample)
    {
        lock (_lock)
        {
            foreach (var queue in sample)
            {
                // Of a kind that this version does not know, nothing is accepted here.
                if (_loads.TryGetValue(queue.Queue, out var load))
                {
                    load.Depth = queue.Depth + load.Depth - load.DepthAtSample;
                    load.FinishedPerSecond = queue.FinishedPerMinute / 60.0;
                }
            }
        }
    }

    private SubmissionReply.QueueFull? FindExcess(IReadOnlyDictionary<string, int> jobs)
    {
        foreach (var (queue, count) in jobs)
        {
            var load = _loads[queue];
            var depthMax = DepthMax(queue);
            var excess = load.Depth + count - depthMax;
            if (excess > 0)
            {
                return new(queue, load.Depth, depthMax, RetryAfter(excess, load.FinishedPerSecond));
            }
        }

        return null;
    }

    private void Count(IReadOnlyDictionary<string, int> jobs)
    {
        foreach (var (queue, count) in jobs)
        {
            _loads[queue].Depth += count;
            _loads[queue].Uncommitted += count;
        }
    }

    internal static Dictionary<string, int> CountByQueue(IReadOnlyList<NewJob> jobs) =>
        jobs.CountBy(job => job.Queue).ToDictionary();

    private static TimeSpan RetryAfter(int excess, double finishedPerSecond)
    {
        if (finishedPerSecond <= 0)
        {
            return RetryAfterMax;
        }

        var wait = TimeSpan.FromSeconds(Math.Ceiling(Math.Min(excess / finishedPerSecond, RetryAfterMax.TotalSeconds)));
        return wait < RetryAfterMin ? RetryAfterMin : wait;
    }

    private sealed class QueueLoad
    {
        public int Depth { get; set; }

        public int DepthAtSample { get; set; }

        public int Uncommitted { get; set; }

        public double FinishedPerSecond { get; set; }
    }
}
