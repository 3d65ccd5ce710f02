using Pipeline.Contracts;

namespace Pipeline.Core.ActivityReports;

/// <summary>Adds up pages of jobs, and days that have a report already. The order in which they come changes nothing.</summary>
internal sealed class FiguresSum
{
    /// <summary>Candidates that are kept of each emotion: enough to find three different texts among repeated ones.</summary>
    public const int CandidatesMax = 20;

    private readonly Dictionary<(string Kind, string State, int Period), WorkCount> _work = [];
    private readonly Dictionary<(string Kind, int Period, int Step), long> _queued = [];
    private readonly Dictionary<(string Kind, int Period, int Step), long> _running = [];
    private readonly Dictionary<(string Emotion, int Period), long> _emotions = [];
    private readonly Dictionary<(string Kind, int Score), long> _scores = [];
    private readonly Dictionary<(string Kind, string Code), long> _failures = [];
    private readonly List<TypicalCandidate> _typical = [];

    public void Add(FiguresPage page)
    {
        foreach (var count in FiguresPage.List<WorkCount>(page.Work))
        {
            AddWork(count);
        }

        AddSteps(_queued, FiguresPage.List<StepCount>(page.Queued));
        AddSteps(_running, FiguresPage.List<StepCount>(page.Running));
        foreach (var count in FiguresPage.List<EmotionCount>(page.Emotions))
        {
            Count(_emotions, (count.Emotion, count.Period), count.Jobs);
        }

        foreach (var count in FiguresPage.List<ScoreCount>(page.Scores))
        {
            Count(_scores, (count.Kind, count.Score), count.Jobs);
        }

        foreach (var count in FiguresPage.List<FailureCount>(page.Failures))
        {
            Count(_failures, (count.Kind, count.Code), count.Jobs);
        }

        AddTypical(FiguresPage.List<TypicalCandidate>(page.Typical));
    }

    /// <summary>Adds a day as one period of a longer report.</summary>
    public void AddDay(ActivityFigures day, int period)
    {
        foreach (var kind in day.Kinds)
        {
            foreach (var (state, jobs) in kind.States)
            {
                AddWork(new(kind.Kind, state, period, jobs, 0, 0, 0, 0));
            }

            // Counts that are not kept by state go with whichever comes first.
            AddWork(new(kind.Kind, kind.States.Keys.First(), period, 0, kind.Cached, kind.Tokens.Prompt, kind.Tokens.Cached, kind.Tokens.Completion));
            AddSteps(_queued, (kind.Queued?.Steps ?? new Dictionary<int, long>()).Select(step => new StepCount(kind.Kind, period, step.Key, step.Value)));
            AddSteps(_running, (kind.Running?.Steps ?? new Dictionary<int, long>()).Select(step => new StepCount(kind.Kind, period, step.Key, step.Value)));
            foreach (var (score, results) in kind.Scores?.Counts ?? new Dictionary<int, long>())
            {
                Count(_scores, (kind.Kind, score), results);
            }

            foreach (var (code, jobs) in kind.Failures ?? new Dictionary<string, long>())
            {
                Count(_failures, (kind.Kind, code), jobs);
            }
        }

        foreach (var (emotion, texts) in day.Emotions?.Counts ?? new Dictionary<string, long>())
        {
            Count(_emotions, (emotion, period), texts);
        }

        AddTypical((day.Typical ?? new Dictionary<string, IReadOnlyList<TypicalJob>>())
            .SelectMany(emotion => emotion.Value.Select(job => new TypicalCandidate(job.JobId, emotion.Key, job.Confidence))));
    }

    /// <summary>The sum of days before; null where there are none.</summary>
    public static FiguresBefore? Before(IEnumerable<ActivityFigures> days)
    {
        var (sum, count) = (new FiguresSum(), 0);
        foreach (var day in days)
        {
            sum.AddDay(day, 0);
            count++;
        }

        var figures = sum.ToFigures([]);
        return count is 0 ? null : new(
            count, figures.Jobs, figures.States, [.. figures.Kinds.Select(kind => new KindBefore(kind.Kind, kind.Jobs, kind.States.GetValueOrDefault(JobState.Failed), kind.Queued?.P95Ms))]);
    }

    /// <summary>The most typical jobs so far, of each emotion in order.</summary>
    public IReadOnlyList<TypicalCandidate> Candidates => _typical;

    /// <param name="starts">The beginning of each period; none where the report has no periods.</param>
    public ActivityFigures ToFigures(IReadOnlyList<DateTimeOffset> starts) => new()
    {
        Jobs = _work.Values.Sum(count => count.Jobs),
        Cached = _work.Values.Sum(count => count.Cached),
        States = States(_work.Values),
        Kinds = [.. _work.Values.GroupBy(count => count.Kind).OrderByDescending(kind => kind.Sum(count => count.Jobs)).ThenBy(kind => kind.Key, StringComparer.Ordinal).Select(Kind)],
        Periods = [.. starts.Select(Period)],
        Emotions = EmotionShares.Of(Totals(_emotions, key => key.Emotion)),
    };

    private KindFigures Kind(IGrouping<string, WorkCount> kind)
    {
        var scores = Totals(_scores.Where(entry => entry.Key.Kind == kind.Key), key => key.Score);
        var failures = Totals(_failures.Where(entry => entry.Key.Kind == kind.Key), key => key.Code);
        return new()
        {
            Kind = kind.Key,
            Jobs = kind.Sum(count => count.Jobs),
            Cached = kind.Sum(count => count.Cached),
            States = States(kind),
            Tokens = new(kind.Sum(count => count.PromptTokens), kind.Sum(count => count.CachedTokens), kind.Sum(count => count.CompletionTokens)),
            Queued = Latency(Totals(_queued.Where(entry => entry.Key.Kind == kind.Key), key => key.Step)),
            Running = Latency(Totals(_running.Where(entry => entry.Key.Kind == kind.Key), key => key.Step)),
            Failures = failures.Count is 0 ? null : failures,
            Scores = scores.Count is 0 ? null : new(scores.Values.Sum(), Math.Round(scores.Sum(score => (double)score.Key * score.Value) / scores.Values.Sum(), 2), scores),
        };
    }

    private PeriodFigures Period(DateTimeOffset start, int period)
    {
        var work = _work.Values.Where(count => count.Period == period && count.Jobs > 0).ToList();
        var emotions = Totals(_emotions.Where(entry => entry.Key.Period == period), key => key.Emotion);
        return new()
        {
            Start = start,
            Kinds = work is [] ? null : work.GroupBy(count => count.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .ToDictionary(kind => kind.Key, IReadOnlyDictionary<string, long> (kind) => States(kind)),
            Emotions = emotions.Count is 0 ? null : emotions,
            QueuedP95Ms = LatencyScale.Percentile(Totals(_queued.Where(entry => entry.Key.Period == period), key => key.Step), 0.95),
            RunningP95Ms = LatencyScale.Percentile(Totals(_running.Where(entry => entry.Key.Period == period), key => key.Step), 0.95),
        };
    }

    private void AddWork(WorkCount count)
    {
        var key = (count.Kind, count.State, count.Period);
        _work[key] = _work.TryGetValue(key, out var sum)
            ? sum with
            {
                Jobs = sum.Jobs + count.Jobs,
                Cached = sum.Cached + count.Cached,
                PromptTokens = sum.PromptTokens + count.PromptTokens,
                CachedTokens = sum.CachedTokens + count.CachedTokens,
                CompletionTokens = sum.CompletionTokens + count.CompletionTokens,
            }
            : count;
    }

    private void AddTypical(IEnumerable<TypicalCandidate> candidates)
    {
        _typical.AddRange(candidates);
        var best = _typical.GroupBy(candidate => candidate.Emotion).OrderBy(emotion => emotion.Key, StringComparer.Ordinal)
            .SelectMany(emotion => emotion.OrderByDescending(candidate => candidate.Confidence).ThenBy(candidate => candidate.Id).Take(CandidatesMax)).ToList();
        _typical.Clear();
        _typical.AddRange(best);
    }

    private static void AddSteps(Dictionary<(string, int, int), long> sum, IEnumerable<StepCount> counts)
    {
        foreach (var count in counts)
        {
            Count(sum, (count.Kind, count.Period, count.Step), count.Jobs);
        }
    }

    private static void Count<TKey>(Dictionary<TKey, long> sum, TKey key, long jobs)
        where TKey : notnull =>
        sum[key] = sum.GetValueOrDefault(key) + jobs;

    private static Dictionary<TName, long> Totals<TKey, TName>(IEnumerable<KeyValuePair<TKey, long>> counts, Func<TKey, TName> name)
        where TName : notnull =>
        counts.GroupBy(entry => name(entry.Key), entry => entry.Value).OrderBy(group => group.Key).ToDictionary(group => group.Key, group => group.Sum());

    // In the order of a job's life.
    private static Dictionary<string, long> States(IEnumerable<WorkCount> work)
    {
        var sums = work.GroupBy(count => count.State).ToDictionary(state => state.Key, state => state.Sum(count => count.Jobs));
        return JobState.All.Where(sums.ContainsKey).ToDictionary(state => state, state => sums[state]);
    }

    private static LatencyFigures? Latency(Dictionary<int, long> steps) => steps.Count is 0 ? null : new(
        steps.Values.Sum(), Percentile(steps, 0.5), Percentile(steps, 0.9), Percentile(steps, 0.95), Percentile(steps, 0.99), steps);

    private static double Percentile(Dictionary<int, long> steps, double share) => LatencyScale.Percentile(steps, share)!.Value;
}

/// <summary>
/// Latencies are counted on a geometric scale, eight steps a doubling: counts of parts add up to those of the whole, which
/// percentiles do not. What is read off it is at most 4.5 % from the true value. <see cref="FiguresReader"/> counts by the same scale.
/// </summary>
public static class LatencyScale
{
    public const int StepsPerDoubling = 8;

    /// <summary>The step of a latency; 0 holds everything up to 1 ms.</summary>
    public static int Step(double milliseconds) => (int)Math.Ceiling(Math.Log2(Math.Max(1, milliseconds)) * StepsPerDoubling);

    /// <summary>The middle of a step, in ms.</summary>
    public static double Milliseconds(int step) => step is 0 ? 1 : Math.Pow(2, (step - 0.5) / StepsPerDoubling);

    /// <summary>The latency that so large a share stayed within, in ms with three digits; null where nothing was counted.</summary>
    /// <param name="share">0 to 1.</param>
    public static double? Percentile(IReadOnlyDictionary<int, long> counts, double share)
    {
        var left = (long)Math.Ceiling(counts.Values.Sum() * share);
        foreach (var (step, count) in counts.OrderBy(entry => entry.Key))
        {
            left -= count;
            if (left <= 0)
            {
                return Rounded(Milliseconds(step));
            }
        }

        return null;
    }

    // More digits would claim what the scale does not know.
    private static double Rounded(double value) => value < 100 ? Math.Round(value, 1) : Math.Round(value);
}

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
