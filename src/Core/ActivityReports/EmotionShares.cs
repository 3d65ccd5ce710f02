using Pipeline.Contracts;

namespace Pipeline.Core.ActivityReports;

/// <summary>Makes shares of counts, and compares them with those of days before.</summary>
internal static class EmotionShares
{
    private const int Digits = 4;

    /// <summary>Null where nothing was counted.</summary>
    public static EmotionFigures? Of(IReadOnlyDictionary<string, long> counts)
    {
        var texts = counts.Values.Sum();
        return texts is 0 ? null : new() { Texts = texts, Counts = counts, Shares = Shares(counts, texts) };
    }

    /// <param name="before">The counts of each day before that has a report.</param>
    public static EmotionFigures Compare(EmotionFigures now, IReadOnlyList<IReadOnlyDictionary<string, long>> before)
    {
        var days = before.Count(day => day.Values.Sum() > 0);
        var counts = before.SelectMany(day => day).GroupBy(entry => entry.Key, entry => entry.Value).ToDictionary(group => group.Key, group => group.Sum());
        if (days is 0)
        {
            return now;
        }

        var shares = Shares(counts, counts.Values.Sum());
        return now with
        {
            Before = new(days, counts.Values.Sum(), shares, now.Shares.ToDictionary(entry => entry.Key, entry => Math.Round(entry.Value - shares.GetValueOrDefault(entry.Key), Digits))),
        };
    }

    // Every label that there is, then those of other models.
    private static Dictionary<string, double> Shares(IReadOnlyDictionary<string, long> counts, long texts) =>
        Emotions.All.Union(counts.Keys).ToDictionary(emotion => emotion, emotion => Math.Round((double)counts.GetValueOrDefault(emotion) / texts, Digits));
}
