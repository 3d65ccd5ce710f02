using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Intake;

namespace Pipeline.Core.ActivityReports;

/// <summary>Asks a language model to say figures in words. It is shown figures only, never a client's text.</summary>
internal static class SummaryPrompt
{
    private const string Korean = """
        하루 작업의 수치를 운영자에게 한국어로 설명합니다. 수치에 있는 것만 쓰고 새로운 숫자를 만들지 마세요. summary: 세네 문장으로, 눈에 띄는 것부터. strengths: 잘된 점. improvements: 살펴볼 점. recommendations: 권하는 일. overall_score: 성공한 작업의 비율(0~100). question_feedbacks: 빈 목록.
        """;

    private const string English = """
        You explain the figures of a day of work to the person who runs it. Use only what the figures say and make up no numbers. summary: three or four sentences, the most noticeable first. strengths: what went well. improvements: what to look at. recommendations: what to do. overall_score: the share of succeeded jobs, 0 to 100. question_feedbacks: an empty list.
        """;

    /// <summary>The job whose result is the summary.</summary>
    public static NewJob Job(ActivityReport report, ActivityFigures figures, DateTimeOffset now, TimeSpan expiry)
    {
        InterviewReport input = new()
        {
            Messages =
            [
                new(PromptRoles.System, report.Language is TextLanguage.Korean ? Korean : English),
                new(PromptRoles.User, Describe(report, figures)),
            ],
            Language = report.Language,
        };
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Kind = InterviewReport.Kind,
            Queue = InterviewReport.Descriptor.Queue(JobPriority.Bulk),
            InputJson = JsonSerializer.Serialize(input, InterviewReport.Json),
            ExpiresAt = now + expiry,
        };
    }

    /// <summary>The figures in lines that any model reads.</summary>
    public static string Describe(ActivityReport report, ActivityFigures figures)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"days: {report.FirstDay:yyyy-MM-dd} to {report.LastDay:yyyy-MM-dd}\njobs: {figures.Jobs} ({List(figures.States)})\n");
        foreach (var kind in figures.Kinds)
        {
            text.Append(CultureInfo.InvariantCulture, $"{kind.Kind}: {kind.Jobs} jobs; waiting p95 {kind.Queued?.P95Ms ?? 0} ms; running p95 {kind.Running?.P95Ms ?? 0} ms");
            if (kind.Scores is { } scores)
            {
                text.Append(CultureInfo.InvariantCulture, $"; mean score {scores.Mean} of {(kind.Kind == InterviewReport.Kind ? 100 : 10)}");
            }

            text.Append(kind.Failures is { } failures ? $"; failed: {List(failures)}\n" : "\n");
        }

        foreach (var (emotion, share) in figures.Emotions?.Shares.Where(entry => entry.Value > 0) ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"{emotion}: {share:P0} of texts");
            text.Append(figures.Emotions!.Before is { } before
                ? string.Create(CultureInfo.InvariantCulture, $", {before.Shares.GetValueOrDefault(emotion):P0} in the {before.Days} days before\n")
                : "\n");
        }

        if (figures.Periods.MaxBy(period => period.Jobs) is { Jobs: > 0 } busiest)
        {
            text.Append(CultureInfo.InvariantCulture, $"busiest: {busiest.Start:yyyy-MM-dd HH:mm} with {busiest.Jobs} jobs\n");
        }

        return text.ToString();
    }

    private static string List(IReadOnlyDictionary<string, long> counts) =>
        string.Join(", ", counts.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value}")));
}
