using Pipeline.Cli.Display;

namespace Pipeline.Cli.Tests.Display;

public sealed class BarTests
{
    [Theory]
    [InlineData(0, "    ")]
    [InlineData(0.5, "██  ")]
    [InlineData(0.53125, "██▏ ")]
    [InlineData(0.96875, "███▉")]
    [InlineData(1, "████")]
    [InlineData(7, "████")]
    public void A_share_fills_its_part_in_eighths(double share, string bar) => Bar.Of(share, 4).ShouldBe(bar);
}
