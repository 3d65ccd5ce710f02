using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Tests.Scheduling;

public sealed class PromptPaceTests
{
    private readonly PassClock _clock = new();
    private readonly PromptPace _pace;

    public PromptPaceTests() => _pace = new(tokensMax: 256, TimeSpan.FromMilliseconds(500), _clock);

    [Fact]
    public void Prompts_come_whole_as_long_as_nothing_was_measured_or_nobody_reads_along()
    {
        _pace.TokensBeside(steps: 2, isRead: true).ShouldBe(256);
        Pass(tokens: 100, TimeSpan.FromSeconds(1));
        _pace.TokensBeside(steps: 2, isRead: false).ShouldBe(256);
    }

    [Fact]
    public void Readers_wait_for_no_more_prompt_tokens_than_were_computed_in_that_time_before()
    {
        Pass(tokens: 100, TimeSpan.FromSeconds(1)); // 10 ms a token.
        _pace.TokensBeside(steps: 2, isRead: true).ShouldBe(48);
    }

    [Fact]
    public void Slow_machine_still_computes_32_tokens_and_a_fast_one_no_more_than_the_limit()
    {
        Pass(tokens: 100, TimeSpan.FromSeconds(30));
        _pace.TokensBeside(steps: 2, isRead: true).ShouldBe(32);
        for (int i = 0; i < 100; i++)
        {
            Pass(tokens: 100, TimeSpan.FromMilliseconds(1));
        }

        _pace.TokensBeside(steps: 2, isRead: true).ShouldBe(256);
    }

    [Fact]
    public void Passes_of_answers_alone_tell_nothing_of_prompts()
    {
        Pass(tokens: 8, TimeSpan.FromSeconds(1));
        _pace.TokensBeside(steps: 8, isRead: true).ShouldBe(256);
    }

    [Fact]
    public void Long_prompt_comes_in_pieces_beside_an_answer_that_is_read()
    {
        using SchedulerBench bench = new(batch: 64, passTime: TimeSpan.FromSeconds(32), time: new PassClock { Passing = TimeSpan.FromSeconds(40) });
        bench.Submit(SchedulerBench.Prompt(1, 40));
        bench.Generate(SchedulerBench.Prompt(2, 10), tokens: 20);
        bench.Tick();
        bench.Submit(SchedulerBench.Prompt(3, 60));
        bench.Tick();
        bench.Decoder.Calls[^1].Tokens.Length.ShouldBe(1 + 32);
        bench.Run();
        bench.ShouldBeIdle();
    }

    private void Pass(int tokens, TimeSpan duration)
    {
        _pace.Begin();
        _clock.Advance(duration);
        _pace.End(tokens);
    }

    /// <summary>Moves when it is told to, or by the same time whenever it is read.</summary>
    private sealed class PassClock : TimeProvider
    {
        private long _now;

        public TimeSpan Passing { get; init; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += Passing.Ticks;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
