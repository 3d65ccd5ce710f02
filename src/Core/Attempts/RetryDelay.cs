namespace Pipeline.Core.Attempts;

/// <summary>How long a job waits after a failure.</summary>
internal static class RetryDelay
{
    /// <summary>The share of a wait by which it may be longer or shorter: what failed at once, as where a server broke, comes back spread out.</summary>
    public const double Spread = 0.2;

    /// <param name="failures">Those before this one.</param>
    /// <param name="options">The first wait, and the longest.</param>
    /// <param name="random">From 0 to less than 1.</param>
    public static TimeSpan After(int failures, WorkerOptions options, double random)
    {
        var delay = options.RetryDelay * Math.Pow(2, failures);
        return (delay < options.RetryDelayMax ? delay : options.RetryDelayMax) * (1 - Spread + (2 * Spread * random));
    }
}
