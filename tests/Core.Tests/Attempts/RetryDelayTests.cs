using Pipeline.Core.Attempts;

namespace Pipeline.Core.Tests.Attempts;

public sealed class RetryDelayTests
{
    private static readonly WorkerOptions Options = new() { RetryDelay = TimeSpan.FromSeconds(2), RetryDelayMax = TimeSpan.FromMinutes(5) };

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(3, 16)]
    [InlineData(20, 300)]
    public void A_wait_doubles_with_each_failure_and_is_up_to_a_fifth_longer_or_shorter(int failures, double seconds)
    {
        Seconds(failures, random: 0).ShouldBe(seconds * 0.8, tolerance: 1e-6);
        Seconds(failures, random: 0.5).ShouldBe(seconds, tolerance: 1e-6);
        Seconds(failures, random: 1).ShouldBe(seconds * 1.2, tolerance: 1e-6);
    }

    [Fact]
    public void No_wait_stays_none() => RetryDelay.After(3, new() { RetryDelay = TimeSpan.Zero }, random: 0.9).ShouldBe(TimeSpan.Zero);

    private static double Seconds(int failures, double random) => RetryDelay.After(failures, Options, random).TotalSeconds;
}
