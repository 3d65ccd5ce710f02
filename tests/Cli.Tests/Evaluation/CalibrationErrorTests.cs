using Pipeline.Cli.Evaluation;

namespace Pipeline.Cli.Tests.Evaluation;

public sealed class CalibrationErrorTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e-9, 0)]
    [InlineData(1.0 / 15, 0)]
    [InlineData(1.0 / 15 + 1e-9, 1)]
    [InlineData(3.0 / 15, 2)]
    [InlineData(7.0 / 15, 6)]
    [InlineData(14.0 / 15, 13)]
    [InlineData(1, 14)]
    [InlineData(1.0000001, 14)]
    public void Bins_are_open_below_and_closed_above(double confidence, int bin) =>
        CalibrationError.BinOf(confidence).ShouldBe(bin);

    [Fact]
    public void Confidence_that_matches_accuracy_has_no_error()
    {
        Prediction[] predictions = [new("joy", "joy", 0.5), new("fear", "joy", 0.5)];

        CalibrationError.Of(predictions).ShouldBe(0);
    }

    [Fact]
    public void Errors_of_different_bins_do_not_cancel_out()
    {
        // Too sure in one bin by 0.9, too modest in another by 0.8: the mean is 0.85, not 0.05.
        Prediction[] predictions = [new("fear", "joy", 0.9), new("joy", "joy", 0.2)];

        CalibrationError.Of(predictions).ShouldBe(0.85, 1e-12);
    }
}
