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
