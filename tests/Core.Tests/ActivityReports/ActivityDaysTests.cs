using Pipeline.Core.ActivityReports;

namespace Pipeline.Core.Tests.ActivityReports;

public sealed class ActivityDaysTests
{
    [Theory]
    [InlineData("Asia/Seoul", "2026-11-20", "2026-11-20T00:00:00+09:00", 24)]
    [InlineData("Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00", 23)]
    [InlineData("Europe/Berlin", "2026-10-25", "2026-10-25T00:00:00+02:00", 25)]
    [InlineData("Asia/Kathmandu", "2026-11-20", "2026-11-20T00:00:00+05:45", 24)]
    [InlineData("America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00", 23)] // Clocks are set forward at midnight.
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00", 25)] // Clocks are set back at one: midnight comes twice.
    public void A_day_has_the_hours_that_it_has(string zone, string day, string start, int hours)
    {
        var found = ActivityDays.Hours(DateOnly.Parse(day, null), TimeZoneInfo.FindSystemTimeZoneById(zone));

        found[0].ShouldBe(DateTimeOffset.Parse(start, null));
        found.Count.ShouldBe(hours);
        found.Zip(found.Skip(1), (one, next) => next - one).ShouldAllBe(length => length == TimeSpan.FromHours(1));
    }

    [Fact]
    public void Days_follow_each_other_without_gap()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Santiago");
        for (var day = new DateOnly(2026, 1, 1); day.Year == 2026; day = day.AddDays(1))
        {
            ActivityDays.Hours(day, zone)[^1].AddHours(1).ShouldBe(ActivityDays.Start(day.AddDays(1), zone), day.ToString("O", null));
            ActivityDays.Of(ActivityDays.Start(day, zone), zone).ShouldBe(day);
        }
    }
}
