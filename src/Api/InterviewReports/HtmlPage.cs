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
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

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
