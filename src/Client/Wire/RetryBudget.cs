namespace Pipeline.Client.Wire;

/// <summary>What one request may still spend on trying again. Not shared between requests.</summary>
internal sealed class RetryBudget(PipelineClientOptions options)
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BusyDefault = TimeSpan.FromSeconds(1);

    private int _tries;
    private TimeSpan _busy;

    /// <summary>How long to wait before the next try.</summary>
    /// <exception cref="PipelineException">The budget is spent.</exception>
    public TimeSpan Next(Attempt attempt) => attempt is Attempt.Busy busy ? NextBusy(busy) : NextBroken(attempt);

    private TimeSpan NextBusy(Attempt.Busy busy)
    {
        var delay = Cap(busy.RetryAfter ?? BusyDefault);
        _busy += delay;
        return _busy <= options.BusyMax ? delay : throw busy.Spent($"It stayed so for {options.BusyMax.TotalMinutes:0} minutes; start more workers, or try later.");
    }

    private TimeSpan NextBroken(Attempt broken)
    {
        _tries++;
        return _tries < options.TriesMax
            ? Cap(broken.RetryAfter ?? Backoff(_tries))
            : throw broken.Spent($"Tried {options.TriesMax} times; look at the server's log, and try again.");
    }

    private static TimeSpan Backoff(int tries) => TimeSpan.FromTicks(Math.Min(BackoffMin.Ticks << Math.Min(tries - 1, 16), BackoffMax.Ticks));

    private TimeSpan Cap(TimeSpan delay) => delay < options.DelayMax ? delay : options.DelayMax;
}
