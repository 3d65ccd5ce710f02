using System.Text;
using Pipeline.Api.Batches;

namespace Pipeline.Api.Tests.Batches;

public sealed class LineSplitterTests
{
    private const int LineBytesMax = 100;

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    [InlineData(5_000, true)]
    public async Task A_line_that_is_too_long_is_an_empty_item_between_the_others(int length, bool isTooLong)
    {
        var line = new string('a', length);

        (await ReadAsync($"first\n{line}\nsecond\n")).ShouldBe(["first", isTooLong ? "" : line, "second"]);
        (await ReadAsync($"{line}\n\n{line}")).ShouldBe([isTooLong ? "" : line, isTooLong ? "" : line]);
    }

    [Fact]
    public async Task A_line_without_an_end_is_skipped_in_the_memory_of_one()
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(new string('a', 5_000_000) + "\nlast"));
        var reader = Reader(body);

        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull().Length.ShouldBe(0);
        Encoding.UTF8.GetString((await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull().Span).ShouldBe("last");
        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        reader.BufferBytes.ShouldBe(LineBytesMax + 1);
    }

    private static ItemReader Reader(Stream body) => new(body, new LineSplitter(LineBytesMax), LineBytesMax + 1, long.MaxValue);

    private static async Task<List<string>> ReadAsync(string text)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var reader = Reader(body);
        List<string> lines = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(Encoding.UTF8.GetString(line.Span));
        }

        return lines;
    }
}
