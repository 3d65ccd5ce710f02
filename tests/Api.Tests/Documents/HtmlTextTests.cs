using Pipeline.Api.Documents.Html;

namespace Pipeline.Api.Tests.Documents;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<p>One</p><p>Two</p>", "One\nTwo")]
    [InlineData("<h2>배송</h2>이틀   안에\n<b>도착</b>합니다.", "## 배송\n이틀 안에 도착합니다.")]
    [InlineData("a<script>alert('b')</script><style>c{}</style><nav>d</nav>e", "ae")]
    [InlineData("<ul><li>one<li>two</ul>after", "- one\n- two\nafter")]
    [InlineData("Tom &amp; Jerry &lt;3", "Tom & Jerry <3")]
    [InlineData("no marks at all", "no marks at all")]
    [InlineData("<div><p>unclosed", "unclosed")]
    [InlineData("<details><summary>Question</summary>Answer text</details>", "Question\nAnswer text")]
    [InlineData("<textarea>A &amp; B</textarea><button>C</button>", "A & B C")]
    [InlineData("<h1>One<h2>Two</h3>three", "# One\n## Two\nthree")]
    [InlineData("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\nb\nc\nd")]
    [InlineData("a<br>b<br/>c</br>d", "a\nb\nc\nd")]
    public void A_page_becomes_the_text_that_its_reader_sees(string html, string expected) => Read(html).ShouldBe(expected);

    [Theory]
    [InlineData("<p>shown<p style=\"display:none\">no</p><p hidden>no</p>", "shown")]
    [InlineData("<p>shown<p hidden>no<p>seen", "shown\nseen")]
    [InlineData("<div hidden><div>no</div><b>no</b></div>yes", "yes")]
    [InlineData("<div><p hidden>no</div>yes", "yes")]
    [InlineData("<span aria-hidden=true>no <span>no</span> no</span>yes", "yes")]
    [InlineData("<span aria-hidden=false>yes</span>", "yes")]
    [InlineData("<i STYLE='color:red; Display : NONE !important'>no</i>yes", "yes")]
    [InlineData("<i style='visibility:hidden'>no</i><i style='display:block'>yes</i>", "yes")]
    [InlineData("<p style=\"\" style=\"display:none\">yes", "yes")]
    [InlineData("<ul><li hidden>no<ul><li>no</ul><li>yes</ul>", "- yes")]
    [InlineData("<my-box hidden>no<my-box>no</my-box>no</my-box>yes", "yes")]
    [InlineData("<br hidden><img hidden>yes", "yes")]
    [InlineData("<template><table><td>no</template>yes", "yes")]
    [InlineData("<svg><title>no</title><path/><g/>no</svg>yes<svg/>more", "yesmore")]
    [InlineData("<svg><path>no<p>yes", "yes")]
    [InlineData("<select><option>no<option>no</select>yes", "yes")]
    [InlineData("<noscript><p>no</p></noscript>yes", "yes")]
    [InlineData("<iframe><p>no</iframe>yes<noframes>no</noframes>", "yes")]
    public void What_its_reader_does_not_see_is_left_out(string html, string expected) => Read(html).ShouldBe(expected);

    [Theory]
    [InlineData("<h1>Code</h1><pre><code>def f(x):\n    if x:\n        return 1\n</code></pre>", "# Code\ndef f(x):\n    if x:\n        return 1")]
    [InlineData("<pre>\n  a\n\n\tb\r\nc<br>d</pre>e   f", "  a\n\n\tb\nc\nd\ne f")]
    [InlineData("<xmp><b>bold</b></xmp>", "<b>bold</b>")]
    public void Preformatted_text_keeps_its_lines(string html, string expected) => Read(html).ShouldBe(expected);

    [Theory]
    [InlineData("<table><tr><th>Name</th><th>Price</th></tr><tr><td>Item 1</td><td>3 won</td></tr></table>", "Name | Price\nName: Item 1 | Price: 3 won")]
    [InlineData("<table><tr><td>a<td>b</tr></table>", "a | b")]
    [InlineData("<table><thead><tr><td>A<td>B<tbody><tr><td>1<td><td><tr><td>2<td>3<br>4</table>end", "A | B\n1\nA: 2 | B: 3 4\nend")]
    [InlineData("<table><tr><th>Name<th>Price<tr><td colspan=2>all<tr><td>a<td>1</table>", "Name | Price\nall\na | 1")]
    [InlineData("<table><tr><td><h2>Menu</h2><ul><li>x</ul><td><p>long</table>", "## Menu\n- x\nlong")]
    [InlineData("<table><tr><td>a<td><table><tr><td>x<td>y</table><td>b</table>", "a\nx | y\nb")]
    [InlineData("<table><caption>Prices</caption><tr><td hidden>no<td>1<td>2</table>", "Prices\n1 | 2")]
    [InlineData("<tr><td>a<td>b", "a b")]
    public void A_row_of_a_table_is_a_line_that_can_be_read_alone(string html, string expected) => Read(html).ShouldBe(expected);

    [Theory]
    [InlineData("data&shy;base", "database")]
    [InlineData("zero\u200Bwidth\uFEFF", "zerowidth")]
    [InlineData("👩‍👩‍👧 می‌خواهم", "👩‍👩‍👧 می‌خواهم")]
    [InlineData("a\u200Db", "ab")]
    public void Characters_that_nobody_sees_are_removed_but_where_they_shape_others(string html, string expected) => Read(html).ShouldBe(expected);

    [Theory]
    [InlineData("&hellip;&Hat;&yacute&notit; &zzz; &", "…^ý¬it; &zzz; &")]
    [InlineData("&#44032;&#xAC00;&#x80;", "가가€")]
    [InlineData("&#0;&#xD800;&#99999999999;&#;", "\uFFFD\uFFFD\uFFFD&#;")]
    public void References_become_characters_that_can_be_stored(string html, string expected) => Read(html).ShouldBe(expected);

    [Theory]
    [InlineData("a<!-- <p>no -->b<!-->c<!--->d<!--no--!>e<!-- no", "abcde")]
    [InlineData("a<!DOCTYPE html><?xml?></ no>b<![CDATA[no]]>c", "abc")]
    [InlineData("1 < 2 <3 <", "1 < 2 <3 <")]
    [InlineData("a<p title='no", "a")]
    [InlineData("<a href='x>y' b=\"z>\" c=d/e f>link</a>", "link")]
    [InlineData("<script>if (a</b) '</scripty>' </SCRIPT >yes", "yes")]
    [InlineData("<plaintext>a</plaintext>", "a</plaintext>")]
    public void Marks_are_read_as_browsers_read_them(string html, string expected) => Read(html).ShouldBe(expected);

    [Fact]
    public void The_title_is_told_and_is_no_part_of_the_text()
    {
        var page = HtmlText.Read("<title> Returns &amp; more </title><p>30 days<title>another</title>", 1_000, TestContext.Current.CancellationToken);

        (page.Text, page.Title).ShouldBe(("30 days", "Returns & more"));
    }

    private static string Read(string html) => HtmlText.Read(html, 100_000, TestContext.Current.CancellationToken).Text;
}
