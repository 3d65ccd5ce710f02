using System.Text.Json.Serialization;

namespace Pipeline.Core.ActivityReports;

/// <summary>
/// Counts of jobs by the time of their acceptance: the value of <c>activity_reports.figures</c>, and what the API hands out. Nothing in
/// it was written by a client.
/// </summary>
public sealed record ActivityFigures
{
    public required long Jobs { get; init; }

    /// <summary>Those of <see cref="Jobs"/> that were answered with the result of an earlier one.</summary>
    public required long Cached { get; init; }

    /// <summary>Jobs by <see cref="Contracts.JobState"/>, as they were when the report was made.</summary>
    public required IReadOnlyDictionary<string, long> States { get; init; }

    /// <summary>One a kind that had jobs, the most frequent first.</summary>
    public required IReadOnlyList<KindFigures> Kinds { get; init; }

    /// <summary>The hours of a day, or the days of a range, without gaps; none for conversations.</summary>
    public required IReadOnlyList<PeriodFigures> Periods { get; init; }

    /// <summary>The seven days before a night, as far as they have reports; null where none has, and in other reports.</summary>
    public FiguresBefore? Before { get; init; }

    /// <summary>Null where no text was analysed.</summary>
    public EmotionFigures? Emotions { get; init; }

    /// <summary>By emotion, the jobs whose texts express it most, at most three; null in the report on all clients.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TypicalJob>>? Typical { get; init; }
}

/// <summary>What became of the jobs of one kind.</summary>
public sealed record KindFigures
{
    public required string Kind { get; init; }

    public required long Jobs { get; init; }

    public required long Cached { get; init; }

    public required IReadOnlyDictionary<string, long> States { get; init; }

    public required TokenFigures Tokens { get; init; }

    /// <summary>From acceptance, or the last retry, to the start; null where none started.</summary>
    public LatencyFigures? Queued { get; init; }

    /// <summary>From the start to the end of the last attempt; null where none ended.</summary>
    public LatencyFigures? Running { get; init; }

    /// <summary>Failed jobs by <see cref="Jobs.JobErrorCode"/>; null where none failed.</summary>
    public IReadOnlyDictionary<string, long>? Failures { get; init; }

    /// <summary>Of feedback and interviews 0 to 10, of reports 0 to 100; null for kinds without scores.</summary>
    public ScoreFigures? Scores { get; init; }
}

/// <summary>The sums of some days before.</summary>
/// <param name="Days">How many of the seven days have a report, those without work included.</param>
public sealed record FiguresBefore(int Days, long Jobs, IReadOnlyDictionary<string, long> States, IReadOnlyList<KindBefore> Kinds);

/// <param name="QueuedP95Ms">Null where none started.</param>
public sealed record KindBefore(string Kind, long Jobs, long Failed, double? QueuedP95Ms);

/// <summary>Tokens of succeeded jobs, each job's as its result tells.</summary>
public sealed record TokenFigures(long Prompt, long Cached, long Completion);

/// <summary>Latencies in ms.</summary>
/// <param name="Steps">Jobs by the step of <see cref="LatencyScale"/>.</param>
public sealed record LatencyFigures(long Jobs, double P50Ms, double P90Ms, double P95Ms, double P99Ms, IReadOnlyDictionary<int, long> Steps);

/// <param name="Counts">Results by score.</param>
public sealed record ScoreFigures(long Results, double Mean, IReadOnlyDictionary<int, long> Counts);

/// <summary>An hour of a day, or a day of a range.</summary>
public sealed record PeriodFigures
{
    /// <summary>Its beginning, with the offset of the client's time zone.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Jobs by kind and state; null where none was accepted.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>? Kinds { get; init; }

    /// <summary>Analysed texts by emotion.</summary>
    public IReadOnlyDictionary<string, long>? Emotions { get; init; }

    public double? QueuedP95Ms { get; init; }

    public double? RunningP95Ms { get; init; }

    [JsonIgnore]
    public long Jobs => Kinds?.Values.Sum(states => states.Values.Sum()) ?? 0;
}

/// <summary>What analysed texts expressed.</summary>
public sealed record EmotionFigures
{
    public required long Texts { get; init; }

    /// <summary>Texts by label.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Of every label, its share of the texts, 0 to 1.</summary>
    public required IReadOnlyDictionary<string, double> Shares { get; init; }

    /// <summary>The seven days before, as far as they have reports with texts; null where none has.</summary>
    public EmotionsBefore? Before { get; init; }
}

/// <param name="Days">How many of the seven days had texts.</param>
/// <param name="Change">Of every label, its share now less its share then, -1 to 1.</param>
public sealed record EmotionsBefore(int Days, long Texts, IReadOnlyDictionary<string, double> Shares, IReadOnlyDictionary<string, double> Change);

/// <param name="Confidence">The probability that the model gave the label, 0 to 1.</param>
public sealed record TypicalJob(Guid JobId, double Confidence);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ActivityFigures))]
public sealed partial class ActivityFiguresJson : JsonSerializerContext;
