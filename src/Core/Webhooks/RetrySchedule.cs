namespace Pipeline.Core.Webhooks;

/// <summary>When a delivery is tried again: the schedule that Standard Webhooks 1.0.0 gives, ten attempts in a bit more than three days.</summary>
internal static class RetrySchedule
{
    public const int AttemptsMax = 10;

    /// <summary>Up to this share is added at random: receivers that failed together are not asked again together.</summary>
    public const double JitterMax = 0.1;

    /// <summary>Longest wish of a receiver that is granted.</summary>
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(24);

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <param name="failures">Failed attempts so far, at least 1 and less than <see cref="AttemptsMax"/>.</param>
    /// <param name="retryAfter">What the receiver asked for; it can only make the wait longer.</param>
    /// <param name="random">0 to 1.</param>
    public static TimeSpan Delay(int failures, TimeSpan? retryAfter, double random)
    {
        var delay = Delays[failures - 1] * (1 + (JitterMax * random));
        var wish = retryAfter < RetryAfterMax ? retryAfter.Value : retryAfter is null ? TimeSpan.Zero : RetryAfterMax;
        return delay > wish ? delay : wish;
    }
}
