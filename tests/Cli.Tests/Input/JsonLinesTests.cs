using Pipeline.Cli.Input;

namespace Pipeline.Cli.Tests.Input;

public sealed class JsonLinesTests
{
    private const string Good = """{"text":"좋아요","label":"joy","lang":"ko","source":"ignored"}""";

    [Fact]
    public async Task Reads_rows_and_skips_blank_lines()
    {
        var rows = await ReadAsync($"{Good}\n\n  \r\n{Good}\r\n");

        rows.Count.ShouldBe(2);
        rows[0].ShouldBe(new GoldText { Text = "좋아요", Label = "joy", Lang = "ko" });
    }

    [Theory]
    [InlineData("nonsense", "is not such a JSON object (byte 2)")]
    [InlineData("[1]", "is not such a JSON object")]
    [InlineData("null", "is null")]
    [InlineData("{}", "has no text")]
    [InlineData("""{"text":"  ","label":"joy","lang":"ko"}""", "has no text")]
    [InlineData("""{"text":7,"label":"joy","lang":"ko"}""", "is not such a JSON object at $.text")]
    [InlineData("""{"text":"a","lang":"ko"}""", "has no label")]
    [InlineData("""{"text":"a","label":"disgust","lang":"ko"}""", "has label \"disgust\", which is not one of joy, excitement")]
    [InlineData("""{"text":"a","label":"joy"}""", "has no lang")]
    [InlineData("""{"text":"\ud800","label":"joy","lang":"ko"}""", "is not such a JSON object at $.text")]
    public async Task A_bad_line_is_named_by_its_number(string line, string problem)
    {
        var error = await Should.ThrowAsync<CommandException>(() => ReadAsync($"{Good}\n\n{line}\n{Good}"));

        error.Message.ShouldStartWith("gold.jsonl, line 3: " + problem);
        error.Message.ShouldEndWith("""expected {"text":"…","label":"joy","lang":"ko"}.""");
    }

    [Fact]
    public async Task An_empty_file_says_what_to_write()
    {
        var error = await Should.ThrowAsync<CommandException>(() => ReadAsync("\n"));

        error.Message.ShouldBe("""gold.jsonl is empty; write lines {"text":"…","label":"joy","lang":"ko"}.""");
    }

    [Fact]
    public async Task A_missing_file_says_what_to_give()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString(), "none.jsonl");

        var error = await Should.ThrowAsync<CommandException>(
            () => JsonLines.ReadAsync(path, InputJson.Default.Sample, TestContext.Current.CancellationToken));

        error.Message.ShouldBe(path + """ does not exist; give a file of lines {"text":"…","lang":"ko"}.""");
    }

    [Fact]
    public async Task A_file_in_another_encoding_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, [(byte)'"', 0xB0, 0xA1], TestContext.Current.CancellationToken); // "가" in EUC-KR.
            var error = await Should.ThrowAsync<CommandException>(
                () => JsonLines.ReadAsync(path, InputJson.Default.Sample, TestContext.Current.CancellationToken));

            error.Message.ShouldContain("is not UTF-8");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task<IReadOnlyList<GoldText>> ReadAsync(string content) =>
        JsonLines.ReadAsync("gold.jsonl", new StringReader(content), InputJson.Default.GoldText, TestContext.Current.CancellationToken);
}
