using System.Diagnostics;
using System.Text;
using Pipeline.Api.Documents;
using Pipeline.Api.Documents.Html;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Documents;

/// <summary>Pages made to cost more than they are long.</summary>
[Collection(nameof(MemoryCollection))]
public sealed class HostilePageTests
{
    private const int TextLengthMax = 1_048_576;

    /// <summary>Each is a few hundred KB or more; with a tree of elements they took gigabytes or minutes.</summary>
    public static TheoryData<string, string> Pages => new()
    {
        { "formatting elements left open", "<p>" + Repeat(2_000, i => $"<b a{i}>") + Repeat(20_000, _ => "<p>x") },
        { "nested blocks", Repeat(90_000, _ => "<div>") + "x" },
        { "nested and closed", Repeat(90_000, _ => "<div>") + "x" + Repeat(90_000, _ => "</div>") },
        { "line breaks", Repeat(200_000, _ => "a<br>") },
        { "end tags that close nothing", Repeat(90_000, _ => "<span>") + "<div>" + Repeat(200_000, _ => "</span></b>") },
        { "end tags behind a barrier", "<p>" + Repeat(45_000, _ => "<i><u>") + "<button>" + Repeat(300_000, _ => "</p>x") },
        { "comments that end oddly", Repeat(200_000, _ => "<!--x--!>") },
        { "comments without an end", Repeat(200_000, _ => "<!-- - -") },
        { "raw text without an end", Repeat(100_000, _ => "<script></scrip</style>") },
        { "quotes without an end", Repeat(200_000, _ => "<a b='") },
        { "attributes", "<b " + Repeat(300_000, i => $"a{i} ") + ">x" },
        { "styles", $"<b style='{Repeat(300_000, _ => "display:;")}'>x" },
        { "names of its own", Repeat(90_000, i => $"<x{i}>") + "y" },
        { "nested tables", Repeat(20_000, _ => "<table><tr><td>a<td>b") },
        { "cells", "<table><tr>" + Repeat(200_000, _ => "<td>a") },
        { "references", Repeat(200_000, _ => "&CounterClockwise") },
        { "less-than signs", new string('<', 1_000_000) },
        { "spaces kept", "<pre>" + new string(' ', 1_000_000) + "x</pre>" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_hostile_page_costs_in_proportion_to_its_length(string what, string page)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.StartNew();

        HtmlText.Read(page, TextLengthMax, TestContext.Current.CancellationToken);

        // A tree would need minutes and gigabytes; a busy machine does not make that of a second.
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10), what);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000_000, what);
    }

    [Fact]
    public void Column_names_that_every_row_repeats_end_at_the_limit_of_the_text()
    {
        var page = "<table><tr>" + Repeat(100, i => $"<th>{new string((char)('a' + (i % 26)), 80)}") + Repeat(6_000, _ => "<tr>" + Repeat(100, _ => "<td>x"));

        HtmlText.Read(page, TextLengthMax, TestContext.Current.CancellationToken).Problem.ShouldNotBeNull().ShouldContain("Documents:BytesMax");
    }

    [Fact]
    public void More_open_elements_than_any_page_has_are_refused() =>
        HtmlText.Read(Repeat(OpenElements.CountMax + 1, _ => "<b>"), TextLengthMax, TestContext.Current.CancellationToken)
            .Problem.ShouldNotBeNull().ShouldStartWith("has more than 100000 elements open at once");

    [Fact]
    public void Nothing_is_read_for_a_client_that_has_left() =>
        Should.Throw<OperationCanceledException>(() => HtmlText.Read("<p>a", TextLengthMax, new CancellationToken(canceled: true)));

    [Fact]
    public void A_page_whose_client_leaves_is_not_read_to_its_end()
    {
        using CancellationTokenSource leaving = new();
        var page = Repeat(200_000, _ => "a<br>");
        var (all, checks) = (0, 0);
        HtmlText.Read(page, TextLengthMax, () => all++);

        Should.Throw<OperationCanceledException>(() => HtmlText.Read(page, TextLengthMax, () =>
        {
            if (++checks == all / 2)
            {
                leaving.Cancel();
            }

            leaving.Token.ThrowIfCancellationRequested();
        }));

        all.ShouldBeGreaterThan(100);
        checks.ShouldBe(all / 2);
    }

    [Theory]
    [InlineData("a<br>", "", 60_000)]
    [InlineData("<div>", "</div>", 10_000)]
    public void Half_a_page_costs_half(string open, string close, int count)
    {
        var half = CostOf(count / 2);
        var whole = CostOf(count);

        // In steps, and in memory, whose last block may be half empty.
        ((double)whole.Steps / half.Steps).ShouldBeInRange(1.8, 2.2);
        ((double)whole.Bytes / half.Bytes).ShouldBeLessThan(2.5);

        (int Steps, long Bytes) CostOf(int times)
        {
            var page = Repeat(times, _ => open) + "x" + Repeat(times, _ => close);
            HtmlText.Read(page, TextLengthMax, TestContext.Current.CancellationToken); // What is made once for all pages is made now.
            var steps = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            HtmlText.Read(page, TextLengthMax, () => steps++);
            return (steps, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Thousands_of_hostile_pages_leave_no_memory_behind(int seed)
    {
        Random random = new(seed);
        var idle = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;
        for (var round = 0; round < 2_500; round++)
        {
            var page = Generate(random);
            var read = HtmlText.Read(page, TextLengthMax, TestContext.Current.CancellationToken);

            read.Text.ShouldNotContain('\0');
            read.Text.Length.ShouldBeLessThanOrEqualTo(TextLengthMax, $"seed {seed}, round {round}");
            if (round % 250 is 0)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - idle);
            }
        }

        peak.ShouldBeLessThan(100_000_000, $"seed {seed}");
    }

    [Fact]
    public void Marks_without_end_are_refused_before_they_are_sorted()
    {
        var marks = new StringBuilder("a");
        for (var i = 0; i < 500_000; i++)
        {
            marks.Append("\u0301\u0323");
        }

        ComposedText.Of(marks.ToString()).Problem.ShouldNotBeNull().ShouldContain("combining marks");
        ComposedText.Of("각 é").Text.ShouldBe("각 é".Normalize());
    }

    private static string Generate(Random random)
    {
        string[] names = ["p", "b", "i", "a", "div", "table", "tr", "td", "th", "li", "ul", "svg", "select", "pre", "h1", "script", "textarea", "button", "span", "x-y", "template", "title"];
        string[] attributes = ["", " hidden", " style='display:none'", " a", " a='", " colspan=9", "/", " aria-hidden=true"];
        var page = new StringBuilder();
        var repeats = random.Next(1, 400);
        for (var part = random.Next(1, 8); part > 0; part--)
        {
            var (name, attribute) = (names[random.Next(names.Length)], attributes[random.Next(attributes.Length)]);
            var piece = random.Next(5) switch
            {
                0 => $"<{name}{attribute}>",
                1 => $"</{name}>",
                2 => $"<{name}{attribute}>x</{names[random.Next(names.Length)]}>",
                3 => "&#x0;&shy;<!--",
                _ => $"<{name}><{names[random.Next(names.Length)]}>y",
            };
            page.Insert(page.Length, piece, repeats);
        }

        return page.ToString();
    }

    private static string Repeat(int count, Func<int, string> piece) => string.Concat(Enumerable.Range(0, count).Select(piece));
}
