using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;

namespace Pipeline.Api.Reports;

/// <summary>A finished report as a page that a person prints: one file, nothing fetched, every text encoded.</summary>
internal static class ReportPage
{
    private const string MediaType = "text/html; charset=utf-8";

    // The browser runs and fetches nothing, whatever a model or a client wrote.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The page, or null where the client wants JSON or the job is no finished report.</summary>
    public static IResult? Of(HttpContext context, JobResource job)
    {
        if (job is not { Kind: "report", Result: { } result } || !WantsPage(context.Request))
        {
            return null;
        }

        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.Vary = HeaderNames.Accept;
        return Results.Text(Write(JsonSerializer.Deserialize(result, WriteReport.ResultJson)!, job.FinishedAt), MediaType);
    }

    public static string Write(ReportResult report, DateTimeOffset? finishedAt)
    {
        var words = ReportWords.Of(report.Language);
        var title = report.Title ?? words.Title;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"{Text(report.Language)}\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<meta name=\"viewport\" content=\"width=device-width\">\n<title>{Text(title)}</title>\n<style>{ReportStyle.Sheet}</style>\n</head>\n<body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<header><div><h1>{Text(title)}</h1><p class=\"date\">{finishedAt?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}</p></div>");
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"total\"><b>{report.OverallScore}</b><span>/100</span><small>{words.Score}</small></div></header>\n");
        foreach (var warning in Notes(report, words))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"note\"><b>{words.Note}</b> {Text(warning)}</p>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{words.Summary}</h2><p>{Text(report.Summary)}</p></section>\n<div class=\"columns\">\n");
        AppendList(page, words.Strengths, report.Strengths);
        AppendList(page, words.Improvements, report.Improvements);
        AppendList(page, words.Recommendations, report.Recommendations);
        page.Append("</div>\n");
        AppendQuestions(page, words, report.QuestionFeedbacks);
        page.Append(CultureInfo.InvariantCulture, $"<footer>{words.Model}: {Text(report.Model)}</footer>\n</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>The warnings; the first of the model that ships in the language of the page.</summary>
    private static IEnumerable<string> Notes(ReportResult report, ReportWords words) =>
        report.Model is GeneratedResult.SmallModel ? [words.Small, .. (report.Warnings ?? []).Skip(1)] : report.Warnings ?? [];

    private static void AppendList(StringBuilder page, string title, IReadOnlyList<string> texts)
    {
        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{title}</h2><ul>");
        foreach (var text in texts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{Text(text)}</li>");
        }

        page.Append("</ul></section>\n");
    }

    private static void AppendQuestions(StringBuilder page, ReportWords words, IReadOnlyList<QuestionFeedback> questions)
    {
        if (questions is [])
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{words.Questions}</h2><ol>\n");
        foreach (var question in questions)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><h3><span>{Text(question.Question)}</span><b>{question.Score}/10</b></h3>");
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"bar\"><i style=\"width:{question.Score * 10}%\"></i></div>");
            page.Append(CultureInfo.InvariantCulture, $"<dl><dt>{words.Answer}</dt><dd>{Text(question.AnswerSummary)}</dd><dt>{words.Feedback}</dt><dd>{Text(question.Feedback)}</dd></dl></li>\n");
        }

        page.Append("</ol></section>\n");
    }

    private static string Text(string text) => Encoder.Encode(text);

    private static bool WantsPage(HttpRequest request) => request.GetTypedHeaders().Accept is { Count: > 0 } accepted
        && accepted.OrderByDescending(type => type.Quality ?? 1).FirstOrDefault(type => type.MediaType.Value is "text/html" or "application/json" or "*/*") is { MediaType.Value: "text/html" };
}
