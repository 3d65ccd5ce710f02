using Pipeline.Core.Limits;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Limits;

public sealed class RequestRatesTests
{
    private static readonly Guid Client = Guid.CreateVersion7();

    private readonly ManualTime _time = new();

    public RequestRatesTests() => _time.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (_time.GetUtcNow().UtcTicks % TimeSpan.TicksPerMinute)));

    [Fact]
    public void A_minute_takes_as_many_requests_as_the_limit()
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

        rates.Take(Client, 5).ShouldBe(new(true, 2, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void What_others_let_in_counts_and_is_told_once()
    {
        RequestRates rates = new(_time);
        rates.Take(Client, 5);
        var told = rates.Untold().ShouldHaveSingleItem();

        rates.Learn(told, told with { Requests = 4 });

        rates.Untold().ShouldBeEmpty();
        rates.Take(Client, 5).ShouldBe(new(true, 0, TimeSpan.FromMinutes(1)));
        rates.Take(Client, 5).IsTaken.ShouldBeFalse();
        rates.Untold().ShouldHaveSingleItem().Requests.ShouldBe(1);
    }

    [Fact]
    public void What_was_told_of_a_minute_that_is_over_counts_for_nothing()
    {
        RequestRates rates = new(_time);
        rates.Take(Client, 2);
        var told = rates.Untold().ShouldHaveSingleItem();
        _time.Advance(TimeSpan.FromMinutes(1));
        rates.Take(Client, 2);

        rates.Learn(told, told with { Requests = 2 });

        rates.Take(Client, 2).IsTaken.ShouldBeTrue();
        rates.Untold().ShouldHaveSingleItem().Requests.ShouldBe(2);
    }
}
