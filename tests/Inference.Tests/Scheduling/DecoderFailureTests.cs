using Pipeline.Inference.Decoding;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

public sealed class DecoderFailureTests
{
    [Fact]
    public void Only_the_request_that_breaks_the_decoder_fails()
    {
        using SchedulerBench bench = new();
        bench.Decoder.PoisonToken = 63;
        ScoringTask[] good = [.. Enumerable.Range(0, 4).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10)))];
        ScoringTask bad = bench.Submit([1, 2, 63]);
        bench.Run();
        good.ShouldAllBe(task => task.Completion.IsCompletedSuccessfully);
        bad.Completion.Exception!.InnerException.ShouldBeOfType<InferenceException>().Message.ShouldContain("3 tokens");
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Passing_failure_costs_nobody_the_answer()
    {
        using SchedulerBench bench = new();
        bench.Decoder.Script.Enqueue(DecodeResult.Failed);
        int[][] prompts = [SchedulerBench.Prompt(1, 10), SchedulerBench.Prompt(2, 10)];
        ScoringTask[] tasks = [.. prompts.Select(prompt => bench.Submit(prompt))];
        bench.Run();
        SchedulerBench.ShouldBeExact(tasks[0], prompts[0], [[1], [2]]);
        SchedulerBench.ShouldBeExact(tasks[1], prompts[1], [[1], [2]]);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Full_cache_evicts_the_youngest_and_all_finish()
    {
        using SchedulerBench bench = new(batch: 16, prefixes: 0);
        int[][] prompts = [.. Enumerable.Range(0, 4).Select(i => SchedulerBench.Prompt(i, 20))];
        ScoringTask[] tasks = [.. prompts.Select(prompt => bench.Submit(prompt))];
        bench.Tick();
        bench.Decoder.Script.Enqueue(DecodeResult.CacheFull);
        bench.Tick();
        bench.Scheduler.Active.ShouldNotContain(tasks[3]);
        bench.Scheduler.Active.ShouldContain(tasks[0]);
        bench.Run();
        for (int i = 0; i < tasks.Length; i++)
        {
            SchedulerBench.ShouldBeExact(tasks[i], prompts[i], [[1], [2]]);
        }

        bench.ShouldBeIdle();
    }

    [Fact]
    public void Cache_that_stays_full_fails_one_request_at_a_time_and_ends()
    {
        using SchedulerBench bench = new(prefixes: 0);
        for (int i = 0; i < 20; i++)
        {
            bench.Decoder.Script.Enqueue(DecodeResult.CacheFull);
        }

        ScoringTask[] tasks = [.. Enumerable.Range(0, 3).Select(i => bench.Submit(SchedulerBench.Prompt(i, 10)))];
        bench.Run();
        tasks.ShouldAllBe(task => task.Completion.IsFaulted);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void Stopping_fails_whatever_is_left()
    {
        using SchedulerBench bench = new(batch: 8);
        ScoringTask active = bench.Submit(SchedulerBench.Prompt(0, 40));
        bench.Tick();
        ScoringTask waiting = bench.Submit(SchedulerBench.Prompt(1, 40));
        bench.Scheduler.FailAll(new InferenceException("stopped"));
        active.Completion.IsFaulted.ShouldBeTrue();
        waiting.Completion.IsFaulted.ShouldBeTrue();
        bench.ShouldBeIdle();
    }
}
