using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>Clients of one worker take turns by tokens, whoever sent more requests.</summary>
public sealed class FairAdmissionTests
{
    private static readonly CacheScope _flood = new("flood", IsPublic: false);
    private static readonly CacheScope _other = new("other", IsPublic: false);

    [Fact]
    public void A_request_beside_a_flood_of_another_client_is_next()
    {
        using SchedulerBench bench = new(sequences: 2, prefixes: 0);
        ScoringTask[] flood = [.. Enumerable.Range(0, 8).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _flood))];
        bench.Tick();
        ScoringTask other = bench.Submit(SchedulerBench.Prompt(9, 10), cache: _other);

        bench.Tick();

        other.Completion.IsCompleted.ShouldBeTrue();
        flood.Count(task => task.Completion.IsCompleted).ShouldBeLessThan(flood.Length);
        bench.Run();
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Tokens_count_and_not_requests()
    {
        using SchedulerBench bench = new(sequences: 1, prefixes: 0);
        ScoringTask[] lengthy = [.. Enumerable.Range(0, 20).Select(i => bench.Submit(SchedulerBench.Prompt(i, 40), cache: _flood))];
        ScoringTask[] brief = [.. Enumerable.Range(0, 80).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _other))];

        while (lengthy.Count(task => task.Completion.IsCompleted) < 4)
        {
            bench.Tick().ShouldBeTrue();
        }

        // With the cells of the labels each has taken 42 or 12 of them.
        (12 * brief.Count(task => task.Completion.IsCompleted)).ShouldBeInRange(3 * 42, 5 * 42);
    }

    [Fact]
    public void A_weight_of_three_gets_three_times_the_tokens()
    {
        using SchedulerBench bench = new(sequences: 1, prefixes: 0);
        bench.Weights.Replace(new Dictionary<string, double> { ["other"] = 3 });
        ScoringTask[] flood = [.. Enumerable.Range(0, 80).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _flood))];
        ScoringTask[] other = [.. Enumerable.Range(0, 80).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _other))];

        while (flood.Count(task => task.Completion.IsCompleted) < 20)
        {
            bench.Tick().ShouldBeTrue();
        }

        other.Count(task => task.Completion.IsCompleted).ShouldBeInRange(57, 63);
    }

    [Fact]
    public void Who_was_away_has_saved_up_nothing()
    {
        using SchedulerBench bench = new(sequences: 1, prefixes: 0);
        Array.ForEach([.. Enumerable.Range(0, 20)], i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _flood));
        bench.Run();
        ScoringTask[] flood = [.. Enumerable.Range(0, 10).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _flood))];
        ScoringTask[] other = [.. Enumerable.Range(0, 10).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10), cache: _other))];

        while (other.Any(task => !task.Completion.IsCompleted))
        {
            bench.Tick().ShouldBeTrue();
        }

        flood.Count(task => task.Completion.IsCompleted).ShouldBeGreaterThanOrEqualTo(8);
    }
}
