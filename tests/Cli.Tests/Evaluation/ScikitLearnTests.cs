using System.Text.Json;
using Pipeline.Cli.Evaluation;

namespace Pipeline.Cli.Tests.Evaluation;

public sealed class ScikitLearnTests
{
    private const double Tolerance = 1e-12;

    private static readonly Fixture Expected = Read();

    private static readonly LanguageFigures Actual = LanguageFigures.Of("en", Expected.Predictions);

    [Fact]
    public void Summary_figures_are_those_of_scikit_learn()
    {
        Actual.Count.ShouldBe(400);
        Actual.Accuracy.ShouldBe(Expected.Accuracy, Tolerance);
        Actual.MacroF1.ShouldBe(Expected.MacroF1, Tolerance);
        Actual.CalibrationError.ShouldBe(Expected.Ece, Tolerance);
    }

    [Fact]
    public void A_label_that_only_the_model_used_counts_in_the_macro_mean()
    {
        Actual.Labels.ShouldContain(label => label.Label == "neutral" && label.Support == 0 && label.F1 == 0);
        Actual.Labels.Count.ShouldBe(7);
    }

    [Fact]
    public void Label_scores_are_those_of_scikit_learn()
    {
        Actual.Labels.Count.ShouldBe(Expected.Labels.Length);
        foreach (var (actual, expected) in Actual.Labels.Zip(Expected.Labels))
        {
            actual.Label.ShouldBe(expected.Label);
            actual.Support.ShouldBe(expected.Support);
            actual.Precision.ShouldBe(expected.Precision, Tolerance);
            actual.Recall.ShouldBe(expected.Recall, Tolerance);
            actual.F1.ShouldBe(expected.F1, Tolerance);
        }
    }

    [Fact]
    public void Confusion_matrix_is_that_of_scikit_learn()
    {
        var matrix = Actual.Matrix;
        int[][] cells = [.. matrix.Labels.Select(gold => matrix.Labels.Select(predicted => matrix[gold, predicted]).ToArray())];
        cells.ShouldBe(Expected.Confusion);
    }

    private static Fixture Read()
    {
        using var stream = typeof(ScikitLearnTests).Assembly.GetManifestResourceStream("scikit_learn.json");
        return JsonSerializer.Deserialize(stream!, FixtureJson.Default.Fixture)!;
    }
}
