using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

public sealed class BatchSchedulerTests
{
    private static readonly int[][] _labels = [[1], [2, 3], [2, 4, 5], [6]];

    [Fact]
    public void Many_requests_share_one_forward_pass()
    {
        using SchedulerBench bench = new();
        ScoringTask[] tasks = [.. Enumerable.Range(0, 6).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10)))];
        bench.Run().ShouldBe(1);
        tasks.ShouldAllBe(task => task.Completion.IsCompletedSuccessfully);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Scores_are_those_of_a_sequence_alone()
    {
        using SchedulerBench bench = new(batch: 16);
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => SchedulerBench.Prompt(i % 5, 5 + (3 * i)))];
        ScoringTask[] tasks = [.. prompts.Select(prompt => bench.Submit(prompt, shared: 4, _labels))];
        bench.Run();
        for (int i = 0; i < tasks.Length; i++)
        {
            SchedulerBench.ShouldBeExact(tasks[i], prompts[i], _labels);
        }

        bench.ShouldBeIdle();
    }

    [Fact]
    public void Shared_prefix_is_computed_once_even_when_all_arrive_together()
    {
        using SchedulerBench bench = new();
        int[] system = SchedulerBench.Prompt(1, 20);
        ScoringTask[] tasks = [.. Enumerable.Range(0, 5).Select(i => bench.Submit([.. system, 40 + i, 50], shared: 20))];
        bench.Run().ShouldBe(2); // The first with its prefix, then all others together.
        bench.Decoder.Calls.Sum(call => call.Tokens.Length).ShouldBe(20 + (5 * 2));
        tasks.Skip(1).ShouldAllBe(task => SchedulerBench.CachedTokens(task) == 20);
        SchedulerBench.CachedTokens(tasks[0]).ShouldBe(0);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void What_a_client_wrote_is_shared_with_nobody_else()
    {
        using SchedulerBench bench = new(prefixes: 4);
        int[] secret = SchedulerBench.Prompt(1, 20);
        CacheScope one = new("one", IsPublic: false), other = new("other", IsPublic: false);
        bench.Submit([.. secret, 40], shared: 20, cache: one);
        bench.Run();

        // The one guess that is right looks like any other, and its author finds it again.
        ScoringTask guess = bench.Submit([.. secret, 41], shared: 20, cache: other);
        ScoringTask nobody = bench.Submit([.. secret, 42], shared: 20);
        ScoringTask own = bench.Submit([.. secret, 43], shared: 20, cache: one);
        bench.Run();
        SchedulerBench.CachedTokens(guess).ShouldBe(0);
        SchedulerBench.CachedTokens(nobody).ShouldBe(0);
        SchedulerBench.CachedTokens(own).ShouldBe(20);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Two_clients_wait_for_each_others_prefixes_only_where_they_are_built_in()
    {
        using SchedulerBench bench = new(prefixes: 4);
        int[] system = SchedulerBench.Prompt(1, 20);
        bench.Submit([.. system, 40], shared: 20, cache: new("one", IsPublic: false));
        bench.Submit([.. system, 41], shared: 20, cache: new("other", IsPublic: false));
        bench.Run().ShouldBe(1, "side by side, as if the prompts had nothing in common");

        bench.Submit([.. system, 42], shared: 20, cache: new("third", IsPublic: true));
        bench.Run();
        ScoringTask fourth = bench.Submit([.. system, 43], shared: 20, cache: new("fourth", IsPublic: true));
        ScoringTask longer = bench.Submit([.. system, 44, 45], shared: 21, cache: new("fifth", IsPublic: false));
        bench.Run();
        SchedulerBench.CachedTokens(fourth).ShouldBe(20);
        SchedulerBench.CachedTokens(longer).ShouldBe(20, "the built-in part of a conversation is everybody's");
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Different_system_prompts_share_nothing_and_evict_the_oldest()
    {
        using SchedulerBench bench = new(prefixes: 2);
        for (int system = 0; system < 5; system++)
        {
            int[] prompt = [.. SchedulerBench.Prompt(system, 20), 61];
            ScoringTask task = bench.Submit(prompt, shared: 20, _labels);
            bench.Run();
            SchedulerBench.ShouldBeExact(task, prompt, _labels);
        }

        bench.Scheduler.State.Prefixes.ShouldBe(2);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Interactive_enters_before_bulk_and_bulk_is_not_starved()
    {
        using SchedulerBench bench = new(sequences: 2, prefixes: 0);
        ScoringTask bulk = bench.Submit(SchedulerBench.Prompt(0, 8), priority: RequestPriority.Bulk);
        ScoringTask[] interactive = [.. Enumerable.Range(1, 40).Select(i => bench.Submit(SchedulerBench.Prompt(i, 8)))];
        bench.Tick();
        bulk.Completion.IsCompleted.ShouldBeFalse();
        while (!bulk.Completion.IsCompleted)
        {
            bench.Tick().ShouldBeTrue();
        }

        interactive.Count(task => task.Completion.IsCompleted).ShouldBeInRange(7, 10);
    }

    [Fact]
    public void Long_bulk_prompt_progresses_while_interactive_prompts_keep_coming()
    {
        using SchedulerBench bench = new(batch: 16, prefixes: 0);
        ScoringTask bulk = bench.Submit(SchedulerBench.Prompt(0, 100), priority: RequestPriority.Bulk);
        for (int i = 0; i < 30 && !bulk.Completion.IsCompleted; i++)
        {
            bench.Submit(SchedulerBench.Prompt(i, 14));
            bench.Submit(SchedulerBench.Prompt(i + 40, 14));
            bench.Tick();
        }

        bulk.Completion.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Large_request_is_not_overtaken_for_ever_by_small_ones()
    {
        using SchedulerBench bench = new(context: 100, prefixes: 0);
        bench.Submit(SchedulerBench.Prompt(0, 60));
        ScoringTask large = bench.Submit(SchedulerBench.Prompt(1, 98));
        ScoringTask small = bench.Submit(SchedulerBench.Prompt(2, 10));
        bench.Tick();
        small.Completion.IsCompleted.ShouldBeFalse();
        bench.Run();
        large.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        small.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Canceled_request_frees_its_room_within_one_tick()
    {
        using SchedulerBench bench = new(batch: 8, sequences: 2, prefixes: 0);
        ScoringTask first = bench.Submit(SchedulerBench.Prompt(0, 40));
        bench.Submit(SchedulerBench.Prompt(1, 40));
        bench.Tick();
        first.Cancel(new CancellationToken(canceled: true));
        first.Completion.IsCanceled.ShouldBeTrue();
        bench.Tick();
        bench.Scheduler.Active.ShouldNotContain(first);
        bench.Run();
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Canceled_builder_of_a_prefix_lets_those_who_wait_for_it_go_on()
    {
        using SchedulerBench bench = new(batch: 8);
        int[] system = SchedulerBench.Prompt(1, 30);
        ScoringTask builder = bench.Submit([.. system, 50], shared: 30);
        ScoringTask waiting = bench.Submit([.. system, 51], shared: 30);
        bench.Tick();
        builder.Cancel(new CancellationToken(canceled: true));
        bench.Run();
        SchedulerBench.ShouldBeExact(waiting, [.. system, 51], [[1], [2]]);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Branches_finish_with_the_only_sequence_there_is()
    {
        using SchedulerBench bench = new(sequences: 2, prefixes: 0);
        int[] prompt = SchedulerBench.Prompt(3, 12);
        ScoringTask[] tasks = [bench.Submit(prompt, 0, _labels), bench.Submit(prompt, 0, _labels)];
        bench.Run();
        Array.ForEach(tasks, task => SchedulerBench.ShouldBeExact(task, prompt, _labels));
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Nothing_to_do_is_told()
    {
        using SchedulerBench bench = new();
        bench.Tick().ShouldBeFalse();
    }
}
