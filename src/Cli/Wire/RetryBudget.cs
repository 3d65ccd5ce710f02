namespace Pipeline.Cli.Wire;

/// <summary>What one request may still spend on trying again. Not shared between requests.</summary>
internal sealed class RetryBudget
{
    /// <summary>Tries of a request that keeps breaking; with the delays below, about a minute.</summary>
    public const int TriesMax = 10;

    /// <summary>Longest wait for a full queue to take a request, all its Retry-After together.</summary>
    public static readonly TimeSpan BusyMax = TimeSpan.FromMinutes(30);

    /// <summary>Longest single wait, whatever the server asks.</summary>
    public static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BusyDefault = TimeSpan.FromSeconds(1);

    private int _tries;
    private TimeSpan _busy;

    /// <summary>How long to wait before the next try.</summary>
    /// <exception cref="CommandException">The budget is spent.</exception>
    public TimeSpan Next(Attempt attempt) => attempt switch
    {
        Attempt.Busy busy => NextBusy(busy),
        Attempt.Broken broken => NextBroken(broken),
        _ => throw new ArgumentOutOfRangeException(nameof(attempt), attempt, "A successful attempt needs no retry."),
    };

    private TimeSpan NextBusy(Attempt.Busy busy)
    {
        var delay = Cap(busy.RetryAfter ?? BusyDefault);
        _busy += delay;
        return _busy <= BusyMax
            ? delay
            : throw new CommandException($"{busy.Reason} It stayed so for {BusyMax.TotalMinutes:0} minutes; start more workers, or try later.");
    }

    private TimeSpan NextBroken(Attempt.Broken broken)
    {
        _tries++;
        return _tries < TriesMax
            ? Cap(broken.RetryAfter ?? Backoff(_tries))
            : throw new CommandException($"{broken.Reason} Tried {TriesMax} times; look at the pipeline's log, and try again.");
    }

    private static TimeSpan Backoff(int tries) =>
        TimeSpan.FromTicks(Math.Min(BackoffMin.Ticks << (tries - 1), BackoffMax.Ticks));

    private static TimeSpan Cap(TimeSpan delay) => delay < DelayMax ? delay : DelayMax;
}
