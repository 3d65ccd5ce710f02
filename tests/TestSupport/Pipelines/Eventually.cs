namespace Pipeline.TestSupport.Pipelines;

/// <summary>For states that another process or loop reaches without a signal that a test could wait on.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">The condition did not hold within <see cref="Patience.Limit"/>.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition) => TrueAsync(condition, Patience.Limit);

    /// <exception cref="TimeoutException">The condition did not hold within the time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan patience)
    {
        using var timer = new PeriodicTimer(Interval);
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException($"The condition did not hold within {patience.TotalSeconds} s.");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
