using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Core.Jobs;

/// <summary>
/// Keeps each lane within <see cref="LaneOptions.DepthMax"/>. The depth is the last sample plus what this process accepted
/// since; so the bound is exact with one API process, and with several it can be passed by what the others accept in a second.
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
            }

            return null;
        }
    }

    internal void Update(IReadOnlyList<LaneStatus> sample)
    {
        lock (_lock)
        {
            foreach (var lane in sample)
            {
                _loads[lane.Lane].Depth = lane.Depth;
                _loads[lane.Lane].FinishedPerSecond = lane.FinishedPerMinute / 60.0;
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

        public double FinishedPerSecond { get; set; }
    }
}
