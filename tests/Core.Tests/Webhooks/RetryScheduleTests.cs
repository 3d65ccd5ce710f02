using Pipeline.Core.Webhooks;

namespace Pipeline.Core.Tests.Webhooks;

public sealed class RetryScheduleTests
{
    [Fact]
    public void The_schedule_is_that_of_the_specification_and_ends_after_three_days()
    {
        var delays = Enumerable.Range(1, RetrySchedule.AttemptsMax - 1).Select(failures => RetrySchedule.Delay(failures, null, random: 0)).ToList();

        delays[..4].ShouldBe([TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)]);
        delays.Aggregate(TimeSpan.Zero, (sum, delay) => sum + delay).ShouldBe(new TimeSpan(75, 35, 5));
    }

    [Fact]
    public void Chance_adds_a_tenth_at_most() =>
        RetrySchedule.Delay(2, null, random: 1).ShouldBe(TimeSpan.FromMinutes(5.5));

    [Fact]
    public void A_receiver_can_ask_for_a_longer_wait_and_not_for_a_shorter_one()
    {
        RetrySchedule.Delay(1, TimeSpan.FromMinutes(1), random: 0).ShouldBe(TimeSpan.FromMinutes(1));
        RetrySchedule.Delay(2, TimeSpan.FromMinutes(1), random: 0).ShouldBe(TimeSpan.FromMinutes(5));
        RetrySchedule.Delay(1, TimeSpan.FromDays(400), random: 0).ShouldBe(TimeSpan.FromHours(24));
    }
}
