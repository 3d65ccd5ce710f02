namespace Pipeline.Core.Relay;

/// <summary>How fast jobs of a queue are done, from how many are on their way and how many were added meanwhile.</summary>
internal sealed class DrainRate(TimeProvider time)
{
    // Shorter looks say more of the moment of a commit than of a rate.
    private static readonly TimeSpan SpanMin = TimeSpan.FromMilliseconds(50);

    private const double BoostMax = 32;

    private long _since = time.GetTimestamp();
    private int _sent;
    private int _added;

    /// <summary>Jobs a second, at the moment.</summary>
    public double PerSecond { get; private set; }

    /// <summary>Above 1 while workers ran dry between two looks: on a busy machine looks are far apart.</summary>
    public double Boost { get; private set; } = 1;

    public void Add(int jobs) => _added += jobs;

    /// <summary>How long so many jobs take at this rate, but no longer than a bound.</summary>
    public TimeSpan TimeOf(int jobs, TimeSpan atMost) =>
        // Compared before it is divided: a rate that fades away would make more seconds than there are.
        jobs < atMost.TotalSeconds * PerSecond ? TimeSpan.FromSeconds(jobs / PerSecond) : atMost;

    /// <param name="sent">How many are on their way now. What others added counts against the rate: it is estimated too low then, never too high.</param>
    /// <param name="slots">How many workers run at once.</param>
    public void Observe(int sent, int slots)
    {
        if (_added > 0)
        {
            Boost = sent <= slots / 4 ? Math.Min(BoostMax, Boost * 2) : Math.Max(1, Boost * 0.95);
        }

        var span = time.GetElapsedTime(_since);
        if (span < SpanMin)
        {
            return;
        }

        var now = Math.Max(0, _sent + _added - sent) / span.TotalSeconds;

        // Windows follow the beginning of a burst at once, and its end within a few looks.
        PerSecond = Math.Max(now, (PerSecond + now) / 2);
        (_since, _sent, _added) = (time.GetTimestamp(), sent, 0);
    }
}
