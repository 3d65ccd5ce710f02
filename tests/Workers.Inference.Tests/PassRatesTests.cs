using Pipeline.Inference;
using Pipeline.TestSupport.Pipelines;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

public sealed class PassRatesTests
{
    private const string File = "/models/small.gguf";

    private readonly ManualTime _time = new();

    [Fact]
    public void Rates_are_those_of_the_last_window_whoever_looks()
    {
        PassRates rates = new(_time);
        rates.Of(File, After(passes: 10, tokens: 100)).ShouldBe(new(0, null));

        _time.Advance(TimeSpan.FromSeconds(10));
        rates.Of(File, After(passes: 30, tokens: 1_100)).ShouldBe(new(100, 0.1));
        rates.Of(File, After(passes: 31, tokens: 1_600)).ShouldBe(new(100, 0.1));

        _time.Advance(TimeSpan.FromSeconds(10));
        rates.Of(File, After(passes: 31, tokens: 1_600)).ShouldBe(new(50, 1));
    }

    [Fact]
    public void A_model_that_does_nothing_has_no_fill()
    {
        PassRates rates = new(_time);
        rates.Of(File, After(passes: 10, tokens: 100));
        _time.Advance(TimeSpan.FromSeconds(10));

        rates.Of(File, After(passes: 10, tokens: 100)).ShouldBe(new(0, null));
    }

    [Fact]
    public void A_model_that_was_loaded_again_starts_anew()
    {
        PassRates rates = new(_time);
        rates.Of(File, After(passes: 10, tokens: 100));
        rates.Of(File, engine: null).ShouldBeNull();
        rates.Of(File, After(passes: 1, tokens: 10)).ShouldBe(new(0, null));

        _time.Advance(TimeSpan.FromSeconds(10));
        rates.Of(File, After(passes: 0, tokens: 0)).ShouldBe(new(0, null));
    }

    private static EngineState After(long passes, long tokens) => new(1, 16, 10, 1_000, passes, tokens, PassTokensMax: 500);
}
