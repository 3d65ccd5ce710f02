namespace Pipeline.Chaos;

/// <summary>How long a fault lasts, and how long a client waits before it tries again.</summary>
internal static class Pause
{
    public static async Task ForAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        // Timers know no shorter time.
        if (duration >= TimeSpan.FromMilliseconds(1))
        {
            using var timer = new PeriodicTimer(duration);
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
