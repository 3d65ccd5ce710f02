using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;

namespace Pipeline.Api.InterviewReports;

/// <summary>A finished report on an interview or test as a page that a person prints.</summary>
internal static class InterviewReportPage
{
    /// <summary>The page, or null where the client wants JSON or the job is no finished report.</summary>
    public static IResult? Of(HttpContext context, JobResource job)
    {
        if (job is not { Kind: "report", Result: { } result } || !HtmlPage.IsWanted(context.Request))
        {
            return null;
        }

        return HtmlPage.Answer(context, Write(JsonSerializer.Deserialize(result, InterviewReport.ResultJson)!, job.FinishedAt));
    }

    public static string Write(InterviewReportResult report, DateTimeOffset? finishedAt)
    {
        var words = InterviewReportWords.Of(report.Language);
        var title = report.Title ?? words.Title;
        return HtmlPage.Write(report.Language, title, "", page =>
        {
            page.Append(CultureInfo.InvariantCulture, $"<header><div><h1>{Text(title)}</h1><p class=\"date\">{finishedAt?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}</p></div>");
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"total\"><b>{report.OverallScore}</b><span>/100</span><small>{words.Score}</small></div></header>\n");
            foreach (var warning in words.Warnings(report.Model, report.Warnings))
            {
                page.Append(CultureInfo.InvariantCulture, $"<p class=\"note\"><b>{words.Note}</b> {Text(warning)}</p>\n");
            }

            page.Append(CultureInfo.InvariantCulture, $"<section><h2>{words.Summary}</h2><p>{Text(report.Summary)}</p></section>\n<div class=\"columns\">\n");
            AppendList(page, words.Strengths, report.Strengths);
            AppendList(page, words.Improvements, report.Improvements);
            AppendList(page, words.Recommendations, report.Recommendations);
            page.Append("</div>\n");
            AppendQuestions(page, words, report.QuestionFeedbacks);
            page.Append(CultureInfo.InvariantCulture, $"<footer>{words.Model}: {Text(report.Model)}</footer>\n");
        });
    }

    private static void AppendList(StringBuilder page, string title, IReadOnlyList<string> texts)
    {
        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{title}</h2><ul>");
        foreach (var text in texts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{Text(text)}</li>");
        }

        page.Append("</ul></section>\n");
    }

    private static void AppendQuestions(StringBuilder page, InterviewReportWords words, IReadOnlyList<QuestionFeedback> questions)
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

    private static string Text(string text) => HtmlPage.Text(text);
}
