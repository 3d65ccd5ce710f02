using Pipeline.Cli.Display;
using Spectre.Console;

namespace Pipeline.Cli.Tests.Display;

public sealed class TerminalTests
{
    [Theory]
    [InlineData(true, null, null)]
    [InlineData(false, "1", "xterm-256color")]
    [InlineData(false, null, "dumb")]
    public void Logs_NO_COLOR_and_dumb_terminals_get_plain_text(bool redirected, string? noColor, string? term)
    {
        var writer = new StringWriter();
        var variables = new Dictionary<string, string?> { ["NO_COLOR"] = noColor, ["TERM"] = term, ["GITHUB_ACTIONS"] = "true" };

        Terminal.Open(writer, redirected, variables.GetValueOrDefault).Write(new Text("plain", new Style(Color.Red, decoration: Decoration.Bold)));

        writer.ToString().ShouldBe("plain");
    }

    [Theory]
    [InlineData(null, Terminal.LogWidth)]
    [InlineData("20", Terminal.WidthMin)]
    [InlineData("90", 90)]
    [InlineData("500", Terminal.WidthMax)]
    [InlineData("wide", Terminal.LogWidth)]
    public void A_log_has_a_fixed_width_that_COLUMNS_changes(string? columns, int width) =>
        Terminal.Open(new StringWriter(), redirected: true, name => name is "COLUMNS" ? columns : null).Profile.Width.ShouldBe(width);
}
