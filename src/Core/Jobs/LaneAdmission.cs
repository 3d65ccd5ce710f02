using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Core.Jobs;

/// <summary>
/// Keeps each lane within <see cref="LaneOptions.DepthMax"/>. The depth is the last sample plus what this process let in
/// since; so one API process never passes the bound, and several can pass it by what the others accept in a second.
/// </summary>
public sealed class LaneAdmission(IOptionsMonitor<LaneOptions> options)
{
    private static readonly TimeSpan RetryAfterMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LaneLoad> _loads = JobCatalog.Lanes.ToDictionary(lane => lane, _ => new LaneLoad());

    /// <summary>Counts the jobs in, or says which lane has no room for them.</summary>
    public SubmissionReply.LaneFull? TryEnter(IReadOnlyList<NewJob> jobs)
    {
        lock (_lock)
        {
            foreach (var lane in jobs.GroupBy(job => job.Lane))
            {
                var load = _loads[lane.Key];
                var depthMax = options.Get(lane.Key).DepthMax;
                var excess = load.Depth + lane.Count() - depthMax;
                if (excess > 0)
                {
                    return new(lane.Key, load.Depth, depthMax, RetryAfter(excess, load.FinishedPerSecond));
                }
            }

            foreach (var job in jobs)
            {
                _loads[job.Lane].Depth++;
                _loads[job.Lane].Uncommitted++;
            }

            return null;
        }
    }

    /// <summary>The jobs are committed, or will never be: the next sample knows.</summary>
    public void Settle(IReadOnlyList<NewJob> jobs)
    {
        lock (_lock)
        {
            foreach (var job in jobs)
            {
                _loads[job.Lane].Uncommitted--;
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

    internal void EndSample(IReadOnlyList<LaneStatus> sample)
    {
        lock (_lock)
        {
            foreach (var lane in sample)
            {
                var load = _loads[lane.Lane];
                load.Depth = lane.Depth + load.Depth - load.DepthAtSample;
                load.FinishedPerSecond = lane.FinishedPerMinute / 60.0;
            }
        }
    }

    private static TimeSpan RetryAfter(int excess, double finishedPerSecond)
    {
        if (finishedPerSecond <= 0)
        {
            return RetryAfterMax;
        }

        var wait = TimeSpan.FromSeconds(Math.Ceiling(Math.Min(excess / finishedPerSecond, RetryAfterMax.TotalSeconds)));
        return wait < RetryAfterMin ? RetryAfterMin : wait;
    }

    private sealed class LaneLoad
    {
        public int Depth { get; set; }

        public int DepthAtSample { get; set; }

        public int Uncommitted { get; set; }

        public double FinishedPerSecond { get; set; }
    }
}
