using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Api.InterviewReports;

/// <summary>What every report has that a person prints: one file, nothing fetched, every text encoded.</summary>
internal static class HtmlPage
{
    private const string MediaType = "text/html; charset=utf-8";

    // The browser runs and fetches nothing, whatever a model or a client wrote.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Whether the client would rather have a page than JSON.</summary>
    public static bool IsWanted(HttpRequest request) => request.GetTypedHeaders().Accept is { Count: > 0 } accepted
        && accepted.OrderByDescending(type => type.Quality ?? 1).FirstOrDefault(type => type.MediaType.Value is "text/html" or "application/json" or "*/*") is { MediaType.Value: "text/html" };

    public static IResult Answer(HttpContext context, string page)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.Vary = HeaderNames.Accept;
        return Results.Text(page, MediaType);
    }

    /// <param name="style">What the page needs beyond <see cref="InterviewReportStyle.Sheet"/>.</param>
    /// <param name="body">Writes what is between the body's tags.</param>
    public static string Write(string language, string title, string style, Action<StringBuilder> body)
    {
        StringBuilder page = new();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"{Text(language)}\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<meta name=\"viewport\" content=\"width=device-width\">\n<title>{Text(title)}</title>\n<style>{InterviewReportStyle.Sheet}{style}</style>\n</head>\n<body>\n");
        body(page);
        page.Append("</body>\n</html>\n");
        return page.ToString();
    }

    public static string Text(string text) => Encoder.Encode(text);
}

internal static class InterviewReportStyle
{
    /// <summary>For the screen and for A4; no item is torn over two pages.</summary>
    public const string Sheet = """

        @page { size: A4; margin: 18mm 16mm; }
        * { box-sizing: border-box; }
        body { margin: 2rem auto; padding: 0 1.5rem; max-width: 52rem; color: #1c2430; background: #fff; overflow-wrap: anywhere; word-break: keep-all;
          font: 16px/1.6 system-ui, "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; }
        header { display: flex; justify-content: space-between; align-items: flex-start; gap: 2rem; padding-bottom: 1rem; border-bottom: 2px solid #1c2430; }
        h1 { margin: 0; font-size: 1.9rem; line-height: 1.25; }
        h2 { margin: 1.8rem 0 .5rem; font-size: 1.1rem; }
        p { margin: .3rem 0; white-space: pre-line; }
        .date { color: #5a6575; }
        .total { flex: none; text-align: right; }
        .total b { font-size: 2.4rem; line-height: 1; }
        .total span { color: #5a6575; }
        .total small { display: block; color: #5a6575; }
        .note { margin: 1rem 0 0; padding: .6rem .9rem; border-left: 4px solid #b7791f; background: #fdf6e7; font-size: .9rem; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0 1.6rem; }
        ul, ol { margin: 0; padding-left: 1.2rem; }
        ol { padding: 0; list-style: none; counter-reset: item; }
        ol > li { padding: .9rem 0; border-top: 1px solid #d9dee6; break-inside: avoid; counter-increment: item; }
        h3 { display: flex; justify-content: space-between; gap: 1.5rem; margin: 0 0 .3rem; font-size: 1rem; }
        h3 span::before { content: counter(item) ". "; }
        h3 b { flex: none; }
        .bar { height: 4px; margin-bottom: .5rem; background: #e6eaf0; }
        .bar i { display: block; height: 100%; background: #2f6f4f; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
        dt { color: #5a6575; }
        dd { margin: 0; white-space: pre-line; }
        footer { margin-top: 2rem; padding-top: .8rem; border-top: 1px solid #d9dee6; color: #5a6575; font-size: .85rem; }
        @media print { body { margin: 0; padding: 0; max-width: none; font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; } h2 { break-after: avoid; } }

        """;
}
