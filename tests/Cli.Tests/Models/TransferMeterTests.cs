using Pipeline.Cli.Models.Pulling;

namespace Pipeline.Cli.Tests.Models;

public sealed class TransferMeterTests
{
    [Fact]
    public void Rate_and_time_left_leave_out_what_was_there_before() =>
        TransferMeter.Describe("fetched", 3_000_000_000, 1_000_000_000, 5_000_000_000, TimeSpan.FromSeconds(20)).ShouldBe("fetched  3.0 GB of 5.0 GB  60 %  100 MB/s  ETA 0:20");

    [Fact]
    public void Where_the_whole_is_not_known_there_is_no_time_left() =>
        TransferMeter.Describe("fetched", 3_000_000, 0, null, TimeSpan.FromSeconds(2)).ShouldBe("fetched  3.0 MB  1.5 MB/s");

    [Fact]
    public void A_terminal_gets_one_line_that_is_gone_at_the_end()
    {
        TestEnvironment environment = new(terminal: true);
        using (TransferMeter meter = new(environment.Value, "fetched", 2_000))
        {
            meter.Advance(1_000);
            meter.Advance(1_000);
        }

        environment.Error.ShouldNotContain("\n");
        environment.Error.ShouldEndWith("\r");
    }
}
