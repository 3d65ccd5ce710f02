using Pipeline.Cli.Evaluation;

namespace Pipeline.Cli.Tests.Evaluation;

public sealed class LanguageFiguresTests
{
    // joy: 2 of 3 found, one wrong joy; anger: 1 of 2 found, one wrong anger; fear: found once.
    private static readonly Prediction[] Six =
    [
        new("joy", "joy", 0.9),
        new("joy", "joy", 0.9),
        new("joy", "anger", 0.6),
        new("anger", "anger", 0.6),
        new("anger", "joy", 0.9),
        new("fear", "fear", 1),
    ];

    [Fact]
    public void Figures_match_those_computed_by_hand()
    {
        var figures = LanguageFigures.Of("en", Six);

        figures.Accuracy.ShouldBe(4.0 / 6, 1e-12);
        figures.Labels.Select(label => label.Label).ShouldBe(["joy", "anger", "fear"]);
        figures.Labels[0].ShouldBe(new("joy", 2.0 / 3, 2.0 / 3, 2.0 / 3, 3));
        figures.Labels[1].ShouldBe(new("anger", 0.5, 0.5, 0.5, 2));
        figures.Labels[2].ShouldBe(new("fear", 1, 1, 1, 1));
        figures.MacroF1.ShouldBe(((2.0 / 3) + 0.5 + 1) / 3, 1e-12);
        // 0.9: 3 texts, 2/3 right; 0.6: 2 texts, 1/2 right; 1: right.
        figures.CalibrationError.ShouldBe(((3 * (0.9 - (2.0 / 3))) + (2 * 0.1) + 0) / 6, 1e-12);
    }

    [Fact]
    public void Confusions_come_most_frequent_first_with_their_share_of_the_gold_label()
    {
        var matrix = new ConfusionMatrix([.. Six, new("anger", "joy", 0.5)]);

        matrix.Confusions().ShouldBe([new("anger", "joy", 2, 2.0 / 3), new("joy", "anger", 1, 1.0 / 3)]);
    }

    [Fact]
    public void A_label_never_predicted_scores_zero_and_not_NaN()
    {
        var figures = LanguageFigures.Of("en", [new("joy", "anger", 0.5)]);

        figures.Labels.ShouldAllBe(label => label.Precision == 0 && label.Recall == 0 && label.F1 == 0);
        figures.MacroF1.ShouldBe(0);
    }

    [Fact]
    public void Report_line_is_the_documented_one()
    {
        Prediction[] korean = [new("joy", "joy", 0.75), new("joy", "joy", 0.75)];
        Prediction[] english = [new("joy", "joy", 1)];

        EvaluationReport.Line([LanguageFigures.Of("ko", korean), LanguageFigures.Of("en", english)], [.. korean, .. english]).ShouldBe(
            """{"languages":{"ko":{"accuracy":1,"macro_f1":1,"ece":0.25,"n":2},"en":{"accuracy":1,"macro_f1":1,"ece":0,"n":1}},"all":{"accuracy":1,"macro_f1":1,"ece":0.16666666666666666,"n":3}}""");
    }
}
