using Pipeline.Cli.Demo;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Cli.Tests.Demo;

public sealed class DemoDaysTests
{
    private static readonly TimeZoneInfo Seoul = TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul");

    [Fact]
    public void Every_day_has_work_the_last_one_most_and_the_same_each_time()
    {
        var days = new DemoDays(["one", "two", "three"], new(2026, 11, 20), Seoul);
        var jobs = days.Jobs().ToList();

        var counts = jobs.CountBy(job => ActivityDays.Of(DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds(job.Id)), Seoul)).OrderBy(day => day.Key).ToList();
        counts.Select(day => day.Key).ShouldBe(Enumerable.Range(13, 8).Select(day => new DateOnly(2026, 11, day)));
        counts[^1].Value.ShouldBe(counts.Max(day => day.Value));
        days.FirstDay.ShouldBe(counts[0].Key);
        days.Jobs().Select(job => job.InputJson).ShouldBe(jobs.Select(job => job.InputJson));
        jobs.ShouldAllBe(job => job.Queue.EndsWith("-bulk", StringComparison.Ordinal));
    }

    private static long Milliseconds(Guid id) => Convert.ToInt64(id.ToString("N")[..12], 16);
}
