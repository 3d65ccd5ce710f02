using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Intake;

namespace Pipeline.Cli.Demo;

/// <summary>Eight days of work that might have been: the samples at the times at which people write, more of them on the last day.</summary>
internal sealed class DemoDays(IReadOnlyList<string> texts, DateOnly lastDay, TimeZoneInfo zone)
{
    public const int Days = 8;

    private const int JobsOfADay = 48;
    private const int JobsOfTheLastDay = 240;
    private const int EmbeddingsOfADay = 20;
    private const int EmbeddingsOfTheLastDay = 9;
    private const int LettersOfTheLastDay = 5;
    private const int LetterRepeats = 40;
    private const int Seed = 20;

    // Nobody writes at four in the night, and many in the evening.
    private static readonly int[] HourWeights = [2, 1, 1, 0, 0, 1, 2, 5, 8, 10, 9, 8, 9, 8, 7, 7, 8, 9, 11, 12, 13, 11, 8, 4];

    public DateOnly FirstDay => lastDay.AddDays(1 - Days);

    /// <summary>Jobs by the time of their acceptance; the same each time.</summary>
    public IEnumerable<NewJob> Jobs()
    {
        Random random = new(Seed);
        for (var day = FirstDay; day <= lastDay; day = day.AddDays(1))
        {
            // Each day has its mood: half of its texts come from a few of them.
            var mood = random.Next(texts.Count);
            foreach (var _ in Enumerable.Range(0, day == lastDay ? JobsOfTheLastDay : JobsOfADay))
            {
                var text = texts[random.Next(2) is 0 ? (mood + random.Next(4)) % texts.Count : random.Next(texts.Count)];
                yield return Job(AnalyzeEmotion.Kind, JsonSerializer.Serialize(new AnalyzeEmotion { Text = text }, AnalyzeEmotion.Json), Time(day, random));
            }

            foreach (var _ in Enumerable.Range(0, day == lastDay ? EmbeddingsOfTheLastDay : EmbeddingsOfADay))
            {
                EmbedTexts embedding = new() { Texts = [texts[random.Next(texts.Count)]] };
                yield return Job(EmbedTexts.Kind, JsonSerializer.Serialize(embedding, EmbedTexts.Json), Time(day, random));
            }
        }

        // Letters longer than Kinds:Embedding:InputTokensMax: something has to fail for the report to tell of.
        foreach (var _ in Enumerable.Range(0, LettersOfTheLastDay))
        {
            var letter = string.Join('\n', Enumerable.Repeat(texts, LetterRepeats).SelectMany(text => text));
            yield return Job(EmbedTexts.Kind, JsonSerializer.Serialize(new EmbedTexts { Texts = [letter] }, EmbedTexts.Json), Time(lastDay, random));
        }
    }

    private DateTimeOffset Time(DateOnly day, Random random)
    {
        var place = random.Next(HourWeights.Sum());
        var hour = 0;
        while ((place -= HourWeights[hour]) >= 0)
        {
            hour++;
        }

        return Core.ActivityReports.ActivityDays.Start(day, zone).AddHours(hour).AddSeconds(random.Next(3_600));
    }

    // The clock is in the id: by it a job belongs to its day.
    private static NewJob Job(string kind, string input, DateTimeOffset at) => new()
    {
        Id = Guid.CreateVersion7(at),
        Kind = kind,
        Queue = JobCatalog.Own.TryFind(kind, out var known) ? known.Queue(JobPriority.Bulk) : kind,
        InputJson = input,
    };
}
