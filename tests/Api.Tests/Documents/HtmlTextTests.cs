using Pipeline.Api.Documents;

namespace Pipeline.Api.Tests.Documents;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<p>One</p><p>Two</p>", "One\nTwo")]
    [InlineData("<h2>배송</h2>이틀   안에\n<b>도착</b>합니다.", "## 배송\n이틀 안에 도착합니다.")]
    [InlineData("a<script>alert('b')</script><style>c{}</style><nav>d</nav>e", "ae")]
    [InlineData("<ul><li>one<li>two</ul>after", "- one\n- two\nafter")]
    [InlineData("<table><tr><td>a<td>b</tr></table>", "a\nb")]
    [InlineData("Tom &amp; Jerry &lt;3", "Tom & Jerry <3")]
    [InlineData("no marks at all", "no marks at all")]
    [InlineData("<div><p>unclosed", "unclosed")]
    public void A_page_becomes_the_text_that_its_reader_sees(string html, string expected) => HtmlText.Read(html).Text.ShouldBe(expected);

    [Fact]
    public void The_title_is_told_and_is_no_part_of_the_text() =>
        HtmlText.Read("<title> Returns </title><p>30 days").ShouldBe(("30 days", "Returns"));

    [Fact]
    public void A_page_of_open_elements_does_not_end_the_process() =>
        HtmlText.Read(string.Concat(Enumerable.Repeat("<div>", 20_000)) + "deep").Text.ShouldBe("deep");
}
