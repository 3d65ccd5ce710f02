using System.Text.Json;
using Pipeline.Cli.Evaluation;
using Pipeline.Cli.Input;
using Pipeline.Contracts;

namespace Pipeline.Cli.Tests.Evaluation;

public sealed class GeneratedFiguresTests
{
    private static readonly GoldJob[] Rows =
    [
        new() { Keywords = ["Index", "비용"], Expected = "abc", Score = 5 },
        new() { Keywords = ["missing"], Score = 9 },
        new() { Expected = "abc" },
    ];

    [Fact]
    public void Figures_are_over_what_the_file_says()
    {
        var figures = GeneratedFigures.Of("feedback", Rows, [Answer("An index costs: 비용", 7, 100), Answer("none", 9, 300), Answer("abc", 1, 200)], failed: 0);

        (figures.Valid, figures.Keywords, figures.ScoreError).ShouldBe((1, 2.0 / 3, 1));
        (figures.P50Ms, figures.P95Ms, figures.TokensPerSecond).ShouldBe((200, 300, 50));
        figures.Similarity!.Value.ShouldBeInRange(0.5, 0.6);
    }

    [Fact]
    public void A_row_without_an_answer_has_found_nothing()
    {
        var figures = GeneratedFigures.Of("feedback", Rows, [null, null, Answer("abc", 1, 200)], failed: 2);

        (figures.Valid, figures.Keywords, figures.Similarity, figures.ScoreError).ShouldBe((1.0 / 3, 0, 0.5, null));
    }

    [Fact]
    public void What_nobody_asked_about_has_no_figure() =>
        GeneratedFigures.Of("chat", [new()], [Answer("a", null, 10)], failed: 0).Line()
            .ShouldBe("""{"kind":"chat","models":["m"],"n":1,"failed":0,"valid":1,"p50_ms":10,"p95_ms":10,"tokens_per_second":1000}""");

    [Theory]
    [InlineData("", "", 1)]
    [InlineData("abc", "abc", 1)]
    [InlineData("abc", "xyz", 0)]
    [InlineData("A b c", "abc", 1)]
    [InlineData("night", "nacht", 0.25)]
    [InlineData("먹었어요", "먹었습니다", 2.0 / 7)]
    public void Similarity_is_the_share_of_common_pairs(string a, string b, double expected) => Similarity.Of(a, b).ShouldBe(expected, 1e-9);

    [Fact]
    public void A_result_of_another_shape_is_no_answer()
    {
        var feedback = new MeasuredKind(KindDescription.Of(GiveFeedback.Descriptor), GiveFeedback.Descriptor.Measure!);

        feedback.Read(JsonElement.Parse("""{"feedback":"x"}""")).ShouldBeNull();
        feedback.Read(JsonElement.Parse(
            """{"feedback":"good","score":7,"is_passed":true,"pass_mark":6,"improvement_suggestion":"more","model":"m","usage":{"prompt_tokens":1,"cached_tokens":0,"completion_tokens":10,"total_tokens":11},"timings":{"queued_ms":1,"running_ms":200}}"""))
            .ShouldBe(new("good more", 7, "m", 10, TimeSpan.FromMilliseconds(200)));
    }

    private static WrittenAnswer Answer(string text, double? score, int milliseconds) => new(text, score, "m", 10, TimeSpan.FromMilliseconds(milliseconds));
}
