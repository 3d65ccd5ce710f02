using System.Diagnostics;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>Times work of this process.</summary>
internal static class Stopwatched
{
    /// <param name="work">Returns how many tokens or texts it did.</param>
    public static async Task<Sample> RunAsync(Func<Task<int>> work)
    {
        GC.Collect(); // What the measure before left does not count.
        (TimeSpan cpu, long start) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        int count = await work();
        return new(count, Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
