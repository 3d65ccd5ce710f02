using Pipeline.Core.Relay;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Relay;

public sealed class DrainRateTests
{
    [Fact]
    public void A_rate_that_fades_away_makes_nobody_wait_longer_than_the_bound()
    {
        var time = new ManualTime();
        var rate = new DrainRate(time);
        rate.Add(100);
        time.Advance(TimeSpan.FromSeconds(1));
        rate.Observe(sent: 0, slots: 1);
        rate.PerSecond.ShouldBeGreaterThan(1);
        rate.TimeOf(1, TimeSpan.FromSeconds(5)).ShouldBeLessThan(TimeSpan.FromSeconds(5));

        for (var i = 0; i < 2_000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            rate.Observe(sent: 0, slots: 1);
            rate.TimeOf(10, TimeSpan.FromSeconds(5)).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
        }

        rate.PerSecond.ShouldBeLessThan(1e-12);
    }
}
