using Pipeline.Core.Limits;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Limits;

public sealed class RequestRatesTests
{
    private static readonly Guid Client = Guid.CreateVersion7();

    private readonly ManualTime _time = new();

    [Fact]
    public void A_window_of_a_minute_takes_as_many_requests_as_the_limit()
    {
        RequestRates rates = new(_time);
        rates.Take(Client, 2).ShouldBe(new(true, 1, TimeSpan.FromMinutes(1)));
        _time.Advance(TimeSpan.FromSeconds(20));
        rates.Take(Client, 2).ShouldBe(new(true, 0, TimeSpan.FromSeconds(40)));
        rates.Take(Client, 2).ShouldBe(new(false, 0, TimeSpan.FromSeconds(40)));
        rates.Take(Guid.CreateVersion7(), 2).IsTaken.ShouldBeTrue();

        _time.Advance(TimeSpan.FromSeconds(40));

        rates.Take(Client, 2).ShouldBe(new(true, 1, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_higher_limit_counts_at_once_whatever_was_refused()
    {
        RequestRates rates = new(_time);
        for (var i = 0; i < 50; i++)
        {
            rates.Take(Client, 2);
        }

        rates.Take(Client, 5).ShouldBe(new(true, 1, TimeSpan.FromMinutes(1)));
    }
}
