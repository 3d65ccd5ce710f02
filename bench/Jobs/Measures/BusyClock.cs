using System.Globalization;

namespace Pipeline.Bench.Jobs.Measures;

/// <summary>Wall time, and how busy the machine was meanwhile.</summary>
internal sealed class BusyClock(TimeProvider time)
{
    /// <summary>Fixed for what Linux shows in /proc.</summary>
    public const double TicksPerSecond = 100;

    private readonly long _start = time.GetTimestamp();
    private readonly long _busy = BusyTicks();

    public double Seconds => time.GetElapsedTime(_start).TotalSeconds;

    public double Cores => (BusyTicks() - _busy) / TicksPerSecond / Seconds;

    private static long BusyTicks()
    {
        // cpu user nice system idle iowait irq softirq steal …
        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
        return ticks.Sum() - ticks[3] - ticks[4];
    }
}
