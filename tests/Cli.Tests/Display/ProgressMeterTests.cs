using Pipeline.Cli.Display;

namespace Pipeline.Cli.Tests.Display;

public sealed class ProgressMeterTests
{
    [Fact]
    public void Rate_and_time_left_follow_from_what_is_done() =>
        ProgressMeter.Describe(1_024, 5_434, TimeSpan.FromSeconds(10)).ShouldBe("1,024/5,434 texts  19 %  102.4/s  ETA 0:43");

    [Fact]
    public void A_finished_run_has_no_time_left() =>
        ProgressMeter.Describe(8, 8, TimeSpan.FromSeconds(4)).ShouldBe("8/8 texts  100 %  2/s");

    [Fact]
    public void A_log_gets_a_line_every_tenth()
    {
        var environment = new TestEnvironment();
        using var meter = new ProgressMeter(environment.Value, 1_000);

        for (var i = 0; i < 1_000; i++)
        {
            meter.Advance(1);
        }

        environment.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(10);
    }

    [Fact]
    public void A_terminal_gets_one_line_that_is_gone_at_the_end()
    {
        var environment = new TestEnvironment(terminal: true);
        using (var meter = new ProgressMeter(environment.Value, 10))
        {
            meter.Advance(9);
            meter.Advance(1);
        }

        environment.Error.ShouldNotContain("\n");
        environment.Error.ShouldEndWith("\r" + new string(' ', "10/10 texts  100 %  0/s".Length) + "\r");
    }
}
