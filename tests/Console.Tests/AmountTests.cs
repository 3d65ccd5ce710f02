using Pipeline.Console.Parts;

namespace Pipeline.Console.Tests;

public sealed class AmountTests
{
    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.9994, "999 ms")]
    [InlineData(0.9996, "1 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1 min 0 s")]
    [InlineData(119.7, "2 min 0 s")]
    [InlineData(3_599.4, "59 min 59 s")]
    [InlineData(3_599.6, "1 h 0 min")]
    [InlineData(7_199.9, "2 h 0 min")]
    [InlineData(86_369.0, "23 h 59 min")]
    [InlineData(86_371.0, "1 d 0 h")]
    [InlineData(172_700.0, "2 d 0 h")]
    public void No_part_of_a_duration_is_as_long_as_the_next(double? seconds, string text) => Amounts.Duration(seconds).ShouldBe(text);
}
