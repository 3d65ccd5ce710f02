using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>How long each screen takes while nothing else happens.</summary>
internal sealed class ScreenTimes(int requests, TimeProvider time, TextWriter progress)
{
    /// <summary>The first answers of a screen are compiled and planned, and read from a disk that nobody read before.</summary>
    private const int WarmUps = 2;

    private const int ColdAnswersMax = 6;

    /// <summary>The longest that the median of a screen may be.</summary>
    public const double MillisecondsMax = 300;

    private readonly SortedDictionary<string, double[]> _milliseconds = new(StringComparer.Ordinal);

    public double SlowestMedian => _milliseconds.Values.Max(sorted => Percentile.Of(sorted, 0.5));

    public JsonObject ToJson() => new(_milliseconds.Select(screen => KeyValuePair.Create(screen.Key, (JsonNode?)new JsonObject
    {
        ["p50"] = Math.Round(Percentile.Of(screen.Value, 0.5), 1),
        ["p95"] = Math.Round(Percentile.Of(screen.Value, 0.95), 1),
    })));

    /// <param name="role">Before the names of the screens.</param>
    public async Task MeasureAsync(string role, Person person, IReadOnlyList<Screen> screens, CancellationToken cancellationToken)
    {
        foreach (Screen screen in screens)
        {
            List<double> milliseconds = [];
            await WarmUpAsync(role, person, screen, cancellationToken);
            for (int i = 0; i < requests; i++)
            {
                long start = time.GetTimestamp();
                await person.OpenAsync(screen, cancellationToken);
                milliseconds.Add(time.GetElapsedTime(start).TotalMilliseconds);
            }

            double[] sorted = [.. milliseconds.Order()];
            _milliseconds.Add($"{role}.{screen.Name}", sorted);
            double median = Percentile.Of(sorted, 0.5);
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{role + "." + screen.Name,-28} {median,8:F1} ms, p95 {Percentile.Of(sorted, 0.95),8:F1}{(median > MillisecondsMax ? "   TOO SLOW" : "")}"));
        }
    }

    /// <summary>Until it was answered in time twice; each answer that took too long has read a part of what the next one needs.</summary>
    private async Task WarmUpAsync(string role, Person person, Screen screen, CancellationToken cancellationToken)
    {
        for (int answered = 0, late = 0; answered < WarmUps;)
        {
            try
            {
                await person.OpenAsync(screen, cancellationToken);
                answered++;
            }
            catch (BenchException exception) when (++late <= ColdAnswersMax)
            {
                await progress.WriteLineAsync($"{role}.{screen.Name} is cold: {exception.Message}");
            }
        }
    }
}
