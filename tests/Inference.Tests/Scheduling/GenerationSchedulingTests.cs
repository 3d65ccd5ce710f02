using Pipeline.Inference.Generation;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

public sealed class GenerationSchedulingTests
{
    [Fact]
    public void Short_answer_leaves_while_a_long_one_keeps_decoding_and_a_waiting_one_enters()
    {
        using SchedulerBench bench = new(sequences: 2, prefixes: 0);
        GenerationTask longer = bench.Generate(SchedulerBench.Prompt(1, 10), tokens: 30);
        GenerationTask shorter = bench.Generate(SchedulerBench.Prompt(2, 10), tokens: 3);
        GenerationTask waiting = bench.Generate(SchedulerBench.Prompt(3, 10), tokens: 3);
        for (int tick = 0; tick < 3; tick++)
        {
            bench.Tick();
        }

        shorter.Completion.IsCompleted.ShouldBeTrue();
        bench.Tick();
        bench.Scheduler.Active.ShouldBe([longer, waiting]);
        bench.Run();
        SchedulerBench.ShouldBeExact(longer, SchedulerBench.Prompt(1, 10), 30);
        SchedulerBench.ShouldBeExact(waiting, SchedulerBench.Prompt(3, 10), 3);
        bench.ShouldBeIdle();
    }

    [Fact]
    public void All_answers_of_a_step_share_one_pass()
    {
        using SchedulerBench bench = new(prefixes: 0);
        for (int i = 0; i < 5; i++)
        {
            bench.Generate(SchedulerBench.Prompt(i, 4), tokens: 10);
        }

        bench.Tick();
        bench.Tick();
        bench.Decoder.Calls[^1].Tokens.Length.ShouldBe(5);
        bench.Decoder.Calls[^1].Sequences.Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public void Long_prompt_is_prefilled_in_chunks_between_the_steps_of_others()
    {
        using SchedulerBench bench = new(batch: 64, prefixes: 0, promptTokens: 16);
        bench.Generate(SchedulerBench.Prompt(1, 5), tokens: 20);
        bench.Tick();
        bench.Generate(SchedulerBench.Prompt(2, 60), tokens: 5);
        bench.Tick();
        bench.Decoder.Calls[^1].Tokens.Length.ShouldBe(17, "one step and one chunk");
    }

    [Fact]
    public void Answers_that_outgrow_the_cache_evict_the_youngest_and_stay_exact()
    {
        using SchedulerBench bench = new(context: 150, prefixes: 0);
        int[][] prompts = [.. Enumerable.Range(0, 3).Select(i => SchedulerBench.Prompt(i, 10))];
        GenerationTask[] tasks = [.. prompts.Select(prompt => bench.Generate(prompt, tokens: 100, sampling: new() { Temperature = 1, Seed = 7 }))];
        bool evicted = false;
        while (bench.Tick())
        {
            evicted |= bench.Scheduler.State.Waiting > 0 && !tasks[2].Completion.IsCompleted;
        }

        evicted.ShouldBeTrue();
        for (int i = 0; i < tasks.Length; i++)
        {
            SchedulerBench.ShouldBeExact(tasks[i], prompts[i], 100, new() { Temperature = 1, Seed = 7 });
        }

        bench.ShouldBeIdle();
    }

    [Fact]
    public void Canceled_answer_stops_within_one_step()
    {
        using SchedulerBench bench = new();
        GenerationTask task = bench.Generate(SchedulerBench.Prompt(1, 10), tokens: 100, sampling: new() { Temperature = 1, Seed = 3 });
        bench.Tick();
        bench.Tick();
        int passes = bench.Decoder.Calls.Count;
        task.Cancel(new CancellationToken(canceled: true));
        bench.Tick().ShouldBeFalse();
        bench.Decoder.Calls.Count.ShouldBe(passes);
        bench.ShouldBeIdle();
    }

    [Fact]
    public async Task Answer_is_streamed_token_by_token()
    {
        using SchedulerBench bench = new();
        GenerationTask task = bench.Generate(SchedulerBench.Prompt(1, 10), tokens: 4);
        string streamed = "";
        while (bench.Tick())
        {
            task.Stream.TryRead(out string? piece).ShouldBe(!task.Completion.IsCompleted || piece is not null);
            streamed += piece;
        }

        streamed.ShouldBe((await task.Completion).Text);
        task.Stream.Completion.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void Interactive_answer_enters_before_bulk_scoring()
    {
        using SchedulerBench bench = new(sequences: 2, prefixes: 0);
        bench.Generate(SchedulerBench.Prompt(1, 10), tokens: 2);
        bench.Generate(SchedulerBench.Prompt(2, 10), tokens: 2);
        bench.Tick();
        ScoringTask bulk = bench.Submit(SchedulerBench.Prompt(3, 10), priority: RequestPriority.Bulk);
        GenerationTask interactive = bench.Generate(SchedulerBench.Prompt(4, 10), tokens: 20);
        GenerationTask second = bench.Generate(SchedulerBench.Prompt(5, 10), tokens: 20);
        bench.Tick();
        bench.Tick();
        bench.Scheduler.Active.ShouldBe([interactive, second]);
        bench.Run();
        bulk.Completion.IsCompletedSuccessfully.ShouldBeTrue();
    }
}
