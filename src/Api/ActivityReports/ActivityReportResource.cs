using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.ActivityReports.Words;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.ActivityReports;

/// <summary>A report on work as clients see it.</summary>
[Description("A report on the jobs of a day, of several, or of conversations. Fields without a value are omitted.")]
internal sealed record ActivityReportResource
{
    public required Guid Id { get; init; }

    [Description("night (made by itself), range or conversations (asked for).")]
    public required string Scope { get; init; }

    [Description("own, or all for the report on all clients together, which contains no client's texts.")]
    public required string Clients { get; init; }

    [Description("queued until it is made, then ready; failed if it could not be made.")]
    public required string State { get; init; }

    [Description("Why the last try to make it failed.")]
    public string? Error { get; init; }

    [Description("The first day, in the time zone.")]
    public DateOnly? From { get; init; }

    [Description("The last day, included.")]
    public DateOnly? To { get; init; }

    [Description("Conversations and interviews.")]
    public IReadOnlyList<Guid>? Conversations { get; init; }

    public required string TimeZone { get; init; }

    [Description("ko or en.")]
    public required string Language { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("Not in lists. Latencies are accurate to 4.5 %; jobs count on the day of their acceptance.")]
    public ActivityFigures? Figures { get; init; }

    [Description("By emotion, the jobs whose texts express it most; the texts as long as retention keeps them.")]
    public IReadOnlyDictionary<string, IReadOnlyList<TypicalResource>>? Typical { get; init; }

    [Description("The figures in words. Not in lists.")]
    public SummaryResource? Summary { get; init; }

    public required ActivityReportLinks Links { get; init; }

    public static ActivityReportResource Of(ActivityReport report, JobCatalog catalog, IReadOnlyDictionary<Guid, string>? texts = null)
    {
        var figures = FiguresOf(report);
        return new()
        {
            Id = report.Id,
            Scope = report.Scope,
            Clients = report.ClientId is null ? "all" : "own",
            State = report.IsMade ? "ready" : report.IsFailed ? "failed" : "queued",
            Error = report.Error,
            From = report.FirstDay,
            To = report.LastDay,
            Conversations = report.Conversations,
            TimeZone = report.TimeZone,
            Language = report.Language,
            CreatedAt = report.CreatedAt,
            Figures = figures is null ? null : figures with { Typical = null },
            Typical = figures?.Typical?.ToDictionary(
                emotion => emotion.Key,
                IReadOnlyList<TypicalResource> (emotion) => [.. emotion.Value.Select(job => new TypicalResource(job.JobId, job.Confidence, texts?.GetValueOrDefault(job.JobId)))]),
            Summary = figures is null ? null : SummaryResource.Of(report, figures, catalog),
            Links = new($"/api/activity/{report.Id}"),
        };
    }

    public static ActivityFigures? FiguresOf(ActivityReport report) =>
        report.Figures is null ? null : JsonSerializer.Deserialize(report.Figures, ActivityFiguresJson.Default.ActivityFigures);
}

/// <param name="Confidence">The probability of the emotion, 0 to 1.</param>
/// <param name="Text">Absent where it is not kept any more.</param>
internal sealed record TypicalResource(Guid JobId, double Confidence, string? Text);

/// <summary>The figures in words: a language model's where one wrote them, else composed by rule.</summary>
/// <param name="By">"model" or "rule".</param>
/// <param name="State">That of the job in which a model was asked: queued, running, succeeded, failed or expired; absent where none was.</param>
/// <param name="Error">Why the model's are missing.</param>
internal sealed record SummaryResource(string By, string? State, string Text, IReadOnlyList<string>? Recommendations, string? Model, IReadOnlyList<string>? Warnings, string? Error)
{
    public const string Rule = "rule";

    private const string Writer = "model";

    /// <summary>Null where there was no work.</summary>
    public static SummaryResource? Of(ActivityReport report, ActivityFigures figures, JobCatalog catalog)
    {
        var written = report.Summary is null ? null : JsonSerializer.Deserialize(report.Summary, InterviewReport.ResultJson);
        return written is { Summary: { } text } && written.Model is not GeneratedResult.SmallModel
            ? new(Writer, report.SummaryState, text, written.Recommendations, written.Model, written.Warnings, null)
            : FiguresSentences.Of(figures, report.Language, catalog) is { } composed
                ? new(Rule, report.SummaryState, composed, null, null, null, report.SummaryError)
                : null;
    }
}

/// <param name="Self">GET reads it; with Accept: text/html as a page to print.</param>
internal sealed record ActivityReportLinks(string Self);

/// <param name="Reports">Newest first.</param>
internal sealed record ActivityReportPageResource(IReadOnlyList<ActivityReportResource> Reports, PageLinks Links);

/// <summary>How a client wants its reports.</summary>
[Description("Time zone and language of the client's reports.")]
internal sealed record ReportingResource
{
    [Description("An IANA name; default Activity:TimeZone.")]
    public string? TimeZone { get; init; }

    [Description("ko or en; default Activity:Language.")]
    public string? Language { get; init; }
}

/// <summary>The body of <c>POST /api/activity</c> for readers of the document.</summary>
[Description("from and to, or conversations.")]
internal sealed record ActivityReportRequest
{
    [Description("The first day, yyyy-MM-dd, in your time zone.")]
    public string? From { get; init; }

    [Description("The last day, included; at most Activity:DaysMax (92) days, today at the latest.")]
    public string? To { get; init; }

    [Description("1 to Activity:ConversationsMax (1,000) ids of conversations and interviews.")]
    public IReadOnlyList<string>? Conversations { get; init; }

    [Description("ko or en; default the language of your settings.")]
    public string? Language { get; init; }
}
