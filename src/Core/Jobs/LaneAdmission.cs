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

    public int DepthMax(string lane) => options.Get(lane).DepthMax;

    /// <summary>Counts the jobs in, or says which lane has no room for them.</summary>
    public SubmissionReply.LaneFull? TryEnter(IReadOnlyList<NewJob> jobs) => TryEnter(CountByLane(jobs));

    /// <param name="jobs">How many jobs of each lane.</param>
    public SubmissionReply.LaneFull? TryEnter(IReadOnlyDictionary<string, int> jobs)
    {
        lock (_lock)
        {
            foreach (var (lane, count) in jobs)
            {
                var load = _loads[lane];
                var depthMax = DepthMax(lane);
                var excess = load.Depth + count - depthMax;
                if (excess > 0)
                {
                    return new(lane, load.Depth, depthMax, RetryAfter(excess, load.FinishedPerSecond));
                }
            }

            foreach (var (lane, count) in jobs)
            {
                _loads[lane].Depth += count;
                _loads[lane].Uncommitted += count;
            }

            return null;
        }
    }

    /// <summary>The jobs are committed, or will never be: the next sample knows.</summary>
    public void Settle(IReadOnlyList<NewJob> jobs) => Settle(CountByLane(jobs));

    /// <param name="jobs">How many jobs of each lane.</param>
    public void Settle(IReadOnlyDictionary<string, int> jobs)
    {
        lock (_lock)
        {
            foreach (var (lane, count) in jobs)
            {
                _loads[lane].Uncommitted -= count;
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

    private static Dictionary<string, int> CountByLane(IReadOnlyList<NewJob> jobs) =>
        jobs.CountBy(job => job.Lane).ToDictionary();

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
