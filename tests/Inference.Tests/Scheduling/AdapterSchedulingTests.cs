using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>Requests through adapters of one model in one scheduler.</summary>
public sealed class AdapterSchedulingTests
{
    private static readonly int[][] _labels = [[1], [2, 3], [2, 4, 5]];

    [Fact]
    public void Requests_of_one_adapter_share_passes_and_those_of_two_never_do()
    {
        using SchedulerBench bench = new();
        foreach (int i in Enumerable.Range(0, 6))
        {
            bench.Submit(SchedulerBench.Prompt(i, 10), adapter: i % 3);
        }

        bench.Run().ShouldBe(3, "one pass for each");

        bench.Decoder.Calls.Select(call => call.Adapter).ShouldBe([0, 1, 2]);
        bench.Decoder.Calls.ShouldAllBe(call => call.Sequences.Distinct().Count() == 2);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Each_gets_the_scores_of_its_adapter_alone_whatever_runs_beside_it()
    {
        using SchedulerBench bench = new(batch: 16);
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => SchedulerBench.Prompt(i % 2, 5 + (3 * i)))];
        ScoringTask[] tasks = [.. prompts.Select((prompt, i) => bench.Submit(prompt, shared: 4, _labels, adapter: i % 3))];
        bench.Run();
        for (int i = 0; i < tasks.Length; i++)
        {
            SchedulerBench.ShouldBeExact(tasks[i], prompts[i], _labels, adapter: i % 3);
        }

        bench.ShouldBeIdle();
    }

    [Fact]
    public void A_prefix_is_shared_within_an_adapter_only()
    {
        using SchedulerBench bench = new(prefixes: 4);
        int[] system = SchedulerBench.Prompt(1, 20);
        bench.Submit([.. system, 40], shared: 20, adapter: 1);
        bench.Run();

        ScoringTask other = bench.Submit([.. system, 41], shared: 20, _labels, adapter: 2);
        ScoringTask none = bench.Submit([.. system, 42], shared: 20, _labels);
        ScoringTask same = bench.Submit([.. system, 43], shared: 20, _labels, adapter: 1);
        bench.Run();

        (SchedulerBench.CachedTokens(other), SchedulerBench.CachedTokens(none), SchedulerBench.CachedTokens(same)).ShouldBe((0, 0, 20));
        SchedulerBench.ShouldBeExact(same, [.. system, 43], _labels, adapter: 1);
        bench.ShouldBeIdle();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Adapters_take_turns_so_that_a_long_prompt_of_one_does_not_keep_the_others_waiting(int passesMax)
    {
        using SchedulerBench bench = new(batch: 8, adapterPasses: passesMax);
        ScoringTask slow = bench.Submit(SchedulerBench.Prompt(1, 400), adapter: 1);
        ScoringTask quick = bench.Submit(SchedulerBench.Prompt(2, 4), adapter: 2);
        int ticks = 0;
        while (!quick.Completion.IsCompleted)
        {
            bench.Tick();
            (++ticks).ShouldBeLessThanOrEqualTo(passesMax + 1);
        }

        slow.Completion.IsCompleted.ShouldBeFalse();
        bench.Run();
        slow.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        bench.ShouldBeIdle();
    }

    [Fact]
    public void One_that_fails_fails_alone()
    {
        using SchedulerBench bench = new();
        bench.Decoder.PoisonToken = 60;
        ScoringTask bad = bench.Submit([1, 2, 60], adapter: 1);
        ScoringTask good = bench.Submit([1, 2, 3], labels: _labels, adapter: 1);
        ScoringTask other = bench.Submit([1, 2, 3], labels: _labels, adapter: 2);
        bench.Run();

        bad.Completion.IsFaulted.ShouldBeTrue();
        SchedulerBench.ShouldBeExact(good, [1, 2, 3], _labels, adapter: 1);
        SchedulerBench.ShouldBeExact(other, [1, 2, 3], _labels, adapter: 2);
        bench.ShouldBeIdle();
    }
}
