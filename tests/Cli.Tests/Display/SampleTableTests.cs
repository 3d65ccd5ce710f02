using Pipeline.Cli.Display;
using Pipeline.Cli.Input;
using Pipeline.Contracts;

namespace Pipeline.Cli.Tests.Display;

public sealed class SampleTableTests
{
    private static readonly AnsweredSample[] Rows =
    [
        Row("오늘 하루 종일 정말 너무 행복해서 눈물이 날 것 같았고 아무것도 부럽지 않았어요 진심으로요", "ko", "joy", 1, "joy"),
        Row("I can not believe that they cancelled the show without telling a single one of us beforehand.", "en", "anger", 0.5, "surprise"),
        Row("짧다", "ko", "excitement", 0.999, null),
        new(new() { Text = "[bold]no[/]", Lang = "en" }, JobState.Failed, null),
    ];

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    public void Every_row_is_one_line_that_fits_and_columns_align(int width)
    {
        var lines = Write(width);

        lines.Length.ShouldBe(1 + Rows.Length);
        lines.ShouldAllBe(line => DisplayText.Width(line.TrimEnd()) <= width);
        var column = CellsBefore(lines[0], "lang");
        lines[2].ShouldContain("…  en    ·");
        CellsBefore(lines[1], "ko ").ShouldBe(column);
        CellsBefore(lines[2], "en ").ShouldBe(column);
        CellsBefore(lines[3], "ko ").ShouldBe(column);
    }

    [Fact]
    public void Expected_emotions_are_marked_and_failures_stand_out()
    {
        var lines = Write(120);

        lines[1].ShouldContain("✓ joy");
        lines[2].ShouldContain("· anger");
        lines[3].ShouldContain("  excitement");
        lines[4].ShouldContain("[bold]no[/]");
        lines[4].ShouldContain("✗ failed");
    }

    [Fact]
    public void Confidence_and_runner_up_are_readable()
    {
        var line = Write(120)[2];

        line.ShouldContain(" 50 % ███   ");
        line.ShouldContain("excitement 40 %");
        line.TrimEnd().ShouldEndWith("    1235   31");
    }

    [Fact]
    public void A_log_holds_no_escape_sequence() => string.Concat(Write(80)).ShouldNotContain('\u001b');

    private static string[] Write(int width)
    {
        var environment = new TestEnvironment(width);
        SampleTable.Write(environment.Value.Out, Rows);
        return environment.OutLines;
    }

    private static int CellsBefore(string line, string part)
    {
        var index = line.IndexOf(part, StringComparison.Ordinal);
        index.ShouldBeGreaterThan(0, line);
        return DisplayText.Width(line[..index]);
    }

    private static AnsweredSample Row(string text, string lang, string emotion, double confidence, string? expected) => new(
        new Sample { Text = text, Lang = lang, Expected = expected },
        JobState.Succeeded,
        new EmotionResult
        {
            Emotion = emotion,
            Confidence = confidence,
            Scores = new Dictionary<string, double> { [emotion] = confidence, [emotion is "excitement" ? "surprise" : "excitement"] = 0.4 * (1 - confidence) * 2, ["fear"] = 0 },
            Language = lang,
            Model = "test",
            FallbackAttempted = false,
            Usage = new(10, 5, 0),
            Timings = new(1234.6, 31.2),
        });
}
