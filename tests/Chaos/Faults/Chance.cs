namespace Pipeline.Chaos.Faults;

internal static class Chance
{
    public static T Of<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static TimeSpan Between(this Random random, double seconds, double secondsMax) =>
        TimeSpan.FromSeconds(seconds + (random.NextDouble() * (secondsMax - seconds)));
}
