using System.Globalization;

namespace Pipeline.Bench.Nights;

/// <summary>The time of day runs on, the date is set in a file: every process that reads it lives in the same night.</summary>
internal sealed class SimulatedClock(string file) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));

    /// <summary>Makes it so late for all who read the file.</summary>
    public void Set(DateTimeOffset now)
    {
        // Renamed into its place: nobody reads half a number.
        File.WriteAllText(file + ".new", (now - System.GetUtcNow()).Ticks.ToString(CultureInfo.InvariantCulture));
        File.Move(file + ".new", file, overwrite: true);
    }
}
