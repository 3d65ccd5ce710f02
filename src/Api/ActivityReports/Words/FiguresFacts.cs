using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.ActivityReports.Words;

/// <summary>What is worth a sentence in the figures of a report, in no language yet.</summary>
internal sealed record FiguresFacts
{
    // Less is no change that anybody would notice.
    private const double ChangeMin = 0.1;
    private const double JobsChangeMin = 2;
    private const double EmotionPointsMin = 3;
    private const double WaitFactorMin = 1.5;
    private const double WaitMsMin = 1_000;

    private FiguresFacts(ActivityFigures figures) => Figures = figures;

    public ActivityFigures Figures { get; }

    public long Succeeded => Of(JobState.Succeeded);

    public long Failed => Of(JobState.Failed);

    /// <summary>Jobs of an average day of the week before; null where there is none to compare with.</summary>
    public double? JobsADayBefore => Figures.Before is { } before ? (double)before.Jobs / before.Days : null;

    /// <summary>Less than 0, where there were fewer; 0 where nobody would notice.</summary>
    public double JobsChange => JobsADayBefore is { } average && Math.Abs(Figures.Jobs - average) is var change && change >= JobsChangeMin && change >= average * ChangeMin
        ? Figures.Jobs - average
        : 0;

    /// <summary>The kind whose jobs rose most against an average day of the week before.</summary>
    public KindChange? Rose { get; private init; }

    public KindChange? Fell { get; private init; }

    /// <summary>The kind with the most failed jobs, and what they failed of mostly.</summary>
    public FailedKind? MostFailed { get; private init; }

    /// <summary>The share of failed jobs in the week before; null where there is none.</summary>
    public double? FailedShareBefore => Figures.Before is { Jobs: > 0 } before ? (double)before.States.GetValueOrDefault(JobState.Failed) / before.Jobs : null;

    /// <summary>The kind that waited longest; null where none started.</summary>
    public WaitingKind? Waited { get; private init; }

    /// <summary>The hour, or the day, with the most jobs.</summary>
    public PeriodFigures? Busiest { get; private init; }

    public (string Label, double Share)? MainEmotion { get; private init; }

    /// <summary>In points.</summary>
    public (string Label, double Points)? EmotionRose { get; private init; }

    public (string Label, double Points)? EmotionFell { get; private init; }

    public static FiguresFacts Of(ActivityFigures figures)
    {
        var changes = figures.Before is { } before ? Changes(figures, before) : [];
        var emotions = (figures.Emotions?.Before?.Change ?? new Dictionary<string, double>()).Select(entry => (entry.Key, Points: Math.Round(100 * entry.Value))).ToList();
        return new(figures)
        {
            Rose = changes.Where(change => change.Jobs > 0).MaxBy(change => change.Jobs),
            Fell = changes.Where(change => change.Jobs < 0).MinBy(change => change.Jobs),
            MostFailed = figures.Kinds.Where(kind => kind.Failures is { Count: > 0 }).MaxBy(kind => kind.Failures!.Values.Sum()) is { } failed
                ? new(failed.Kind, failed.Failures!.Values.Sum(), failed.Failures!.MaxBy(cause => cause.Value).Key)
                : null,
            Waited = figures.Kinds.Where(kind => kind.Queued is not null).MaxBy(kind => kind.Queued!.P95Ms) is { } waited
                ? Waiting(waited, figures.Before?.Kinds.FirstOrDefault(kind => kind.Kind == waited.Kind)?.QueuedP95Ms)
                : null,
            Busiest = figures.Periods.Count > 1 ? figures.Periods.Where(period => period.Jobs > 0).MaxBy(period => period.Jobs) : null,
            MainEmotion = figures.Emotions?.Shares.MaxBy(entry => entry.Value) is { Key: { } label, Value: var share } ? (label, share) : null,
            EmotionRose = emotions.Where(change => change.Points >= EmotionPointsMin).Select(change => ((string, double)?)change).MaxBy(change => change!.Value.Item2),
            EmotionFell = emotions.Where(change => change.Points <= -EmotionPointsMin).Select(change => ((string, double)?)change).MinBy(change => change!.Value.Item2),
        };
    }

    private long Of(string state) => Figures.States.GetValueOrDefault(state);

    private static List<KindChange> Changes(ActivityFigures figures, FiguresBefore before) =>
    [
        .. figures.Kinds.Select(kind => kind.Kind).Union(before.Kinds.Select(kind => kind.Kind))
            .Select(kind => (
                Kind: kind,
                Now: (double)(figures.Kinds.FirstOrDefault(known => known.Kind == kind)?.Jobs ?? 0),
                Average: (double)(before.Kinds.FirstOrDefault(known => known.Kind == kind)?.Jobs ?? 0) / before.Days))
            .Where(kind => Math.Abs(kind.Now - kind.Average) is var change && change >= JobsChangeMin && change >= kind.Average * ChangeMin)
            .Select(kind => new KindChange(kind.Kind, kind.Now - kind.Average)),
    ];

    private static WaitingKind Waiting(KindFigures kind, double? before)
    {
        var now = kind.Queued!.P95Ms;
        return new(kind.Kind, now, before)
        {
            IsLong = now >= WaitMsMin,
            IsLonger = before is { } then && now >= Math.Max(then, 1) * WaitFactorMin && now >= WaitMsMin,
            IsShorter = before is { } earlier && earlier >= now * WaitFactorMin && earlier >= WaitMsMin,
        };
    }
}

/// <param name="Jobs">More a day than in the week before, or fewer.</param>
internal sealed record KindChange(string Kind, double Jobs);

/// <param name="Cause">A <see cref="Core.Jobs.JobErrorCode"/>.</param>
internal sealed record FailedKind(string Kind, long Jobs, string Cause);

/// <param name="P95Ms">What 95 % of its jobs waited at most.</param>
/// <param name="P95MsBefore">The same of the week before; null where none started then.</param>
internal sealed record WaitingKind(string Kind, double P95Ms, double? P95MsBefore)
{
    public required bool IsLong { get; init; }

    public required bool IsLonger { get; init; }

    public required bool IsShorter { get; init; }
}
