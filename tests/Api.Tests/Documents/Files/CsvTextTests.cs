using Pipeline.Api.Documents.Files;

namespace Pipeline.Api.Tests.Documents.Files;

public sealed class CsvTextTests
{
    [Theory]
    [InlineData("item,price\nbook,9\npen,1", "item | price\nitem: book | price: 9\nitem: pen | price: 1")]
    [InlineData("품목;가격\r\n책;\"9,000 \"\"원\"\"\"\r\n", "품목 | 가격\n품목: 책 | 가격: 9,000 \"원\"")]
    [InlineData("a\tb\n1\t\n\n\t2", "a | b\na: 1\nb: 2")]
    [InlineData("1,2\n3,4", "1 | 2\n3 | 4")]
    [InlineData("a,b\n\"two\nlines\",x", "a | b\na: two lines | b: x")]
    [InlineData("a,b\n\"never closed,x", "a | b\na: never closed,x")]
    [InlineData("words alone", "words alone")]
    public void Each_row_is_a_line_behind_the_names_of_its_columns(string csv, string expected)
    {
        var (text, problem) = CsvText.Read(csv, 10_000, TestContext.Current.CancellationToken);

        problem.ShouldBeNull();
        text.ShouldBe(expected);
    }

    [Fact]
    public void Names_that_every_row_repeats_end_at_the_limit_of_the_text()
    {
        var csv = string.Join(',', Enumerable.Range(0, 100).Select(i => new string('a', 70) + i)) + string.Concat(Enumerable.Repeat("\n" + string.Join(',', Enumerable.Repeat("x", 100)), 5_000));
        CsvText.Read(csv, 100_000, TestContext.Current.CancellationToken).Problem.ShouldNotBeNull().ShouldContain("Documents:BytesMax");
    }
}
