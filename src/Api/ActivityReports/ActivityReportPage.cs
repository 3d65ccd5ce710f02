using System.Globalization;
using System.Text;
using Pipeline.Api.InterviewReports;
using Pipeline.Api.ActivityReports.Charts;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.ActivityReports;

/// <summary>A report on work as a page to read and to print.</summary>
internal sealed class ActivityReportPage
{
    private const string Style = """

        section { break-inside: avoid; }
        svg { display: block; width: 100%; height: auto; font: 11px system-ui, "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; fill: #5a6575; }
        svg .grid { stroke: #e6eaf0; }
        svg .end { text-anchor: end; }
        svg .middle { text-anchor: middle; }
        svg .name { font-size: 13px; fill: #1c2430; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; color: #5a6575; font-size: .85rem; }
        .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .35em; }
        .legend i.line { height: 3px; vertical-align: middle; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .8rem; margin: 1.2rem 0 0; }
        .tiles div { padding: .6rem .8rem; background: #f4f6f9; }
        .tiles b { display: block; font-size: 1.4rem; line-height: 1.2; }
        .tiles span, .quiet { color: #5a6575; font-size: .9rem; }
        table { width: 100%; border-collapse: collapse; font-size: .92rem; }
        th, td { padding: .35rem .6rem; border-bottom: 1px solid #d9dee6; text-align: right; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        th { color: #5a6575; font-weight: 600; }
        blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 4px solid #d9dee6; white-space: pre-line; break-inside: avoid; }

        """;

    private readonly ActivityReportResource _report;
    private readonly ActivityReportWords _words;
    private readonly JobCatalog _catalog;
    private readonly StringBuilder _page;

    private ActivityReportPage(ActivityReportResource report, JobCatalog catalog, StringBuilder page) =>
        (_report, _words, _catalog, _page) = (report, ActivityReportWords.Of(report.Language), catalog, page);

    public static string Write(ActivityReportResource report, JobCatalog catalog)
    {
        var words = ActivityReportWords.Of(report.Language);
        return HtmlPage.Write(report.Language, $"{Title(report, words)} {Days(report)}".TrimEnd(), Style, page => new ActivityReportPage(report, catalog, page).WriteBody());
    }

    private static string Title(ActivityReportResource report, ActivityReportWords words) => report.Scope switch
    {
        ActivityReportScope.Night => words.Night,
        ActivityReportScope.Range => report.From == report.To ? words.Night : words.Range,
        _ => words.Conversations,
    };

    private static string Days(ActivityReportResource report) => report.From == report.To
        ? string.Create(CultureInfo.InvariantCulture, $"{report.From:yyyy-MM-dd}")
        : string.Create(CultureInfo.InvariantCulture, $"{report.From:yyyy-MM-dd} – {report.To:yyyy-MM-dd}");

    private void WriteBody()
    {
        string?[] parts = [Days(_report), _report.TimeZone, _report.Clients is "all" ? _words.AllClients : null, _report.Conversations is { } conversations ? Number(conversations.Count) : null];
        var about = string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)));
        Append($"<header><div><h1>{Text(Title(_report, _words))}</h1><p class=\"date\">{Text(about)}</p></div>");
        if (_report.Figures is not { } figures)
        {
            Append($"</header>\n<p>{_words.NotMade}</p>\n");
            return;
        }

        Append($"<div class=\"total\"><b>{Number(figures.Jobs)}</b><small>{(figures.Jobs is 1 ? _words.Job : _words.Jobs)}</small></div></header>\n");
        if (figures.Jobs is 0)
        {
            Append($"<p>{_words.Nothing}</p>\n");
        }
        else
        {
            WriteSummary();
            WriteTiles(figures);
            WriteVolume(figures);
            WriteEmotions(figures);
            WriteTypical();
            WriteKinds(figures);
            WriteScores(figures);
            WriteFailures(figures);
        }

        Append($"<footer>{_words.Made} {Made():yyyy-MM-dd HH:mm}. {_words.Precision}</footer>\n");
    }

    private void WriteSummary()
    {
        if (_report.Summary is not { } summary)
        {
            return;
        }

        Append($"<section><h2>{_words.Summary}</h2>");
        foreach (var warning in summary.Warnings ?? [])
        {
            Append($"<p class=\"note\"><b>{_words.Note}</b> {Text(warning)}</p>");
        }

        Append($"<p>{Text(summary.Text)}</p>");
        if (summary.Recommendations is [_, ..] recommendations)
        {
            Append($"<h3>{_words.Recommendations}</h3><ul>{string.Concat(recommendations.Select(item => $"<li>{Text(item)}</li>"))}</ul>");
        }

        if (summary is { By: SummaryResource.Rule, State: JobState.Queued or JobState.Running })
        {
            Append($"<p class=\"quiet\">{_words.SummaryComing}</p>");
        }

        _page.Append("</section>\n");
    }

    private void WriteTiles(ActivityFigures figures)
    {
        var succeeded = figures.States.GetValueOrDefault(JobState.Succeeded);
        _page.Append("<div class=\"tiles\">");
        Tile(Percent((double)succeeded / figures.Jobs), _words.Succeeded);
        Tile(Number(figures.States.GetValueOrDefault(JobState.Failed)), _words.Failed);
        Tile(Number(figures.Cached), _words.Cached);
        Tile(NiceScale.Short(figures.Kinds.Sum(kind => kind.Tokens.Prompt + kind.Tokens.Completion)), _words.Tokens);
        _page.Append("</div>\n");
    }

    private void Tile(string figure, string name) => Append($"<div><b>{figure}</b><span>{name}</span></div>");

    private void WriteVolume(ActivityFigures figures)
    {
        if (figures.Periods is [])
        {
            return;
        }

        Layer[] layers =
        [
            new(_words.Succeeded, Palette.Succeeded, Counts(figures, state => state is JobState.Succeeded)),
            new(_words.Failed, Palette.Failed, Counts(figures, state => state is JobState.Failed)),
            new(_words.Other, Palette.Other, Counts(figures, state => state is not (JobState.Succeeded or JobState.Failed))),
        ];
        Curve[] curves =
        [
            new(_words.Waiting, Palette.Queued, [.. figures.Periods.Select(period => period.QueuedP95Ms)]),
            new(_words.Running, Palette.Running, [.. figures.Periods.Select(period => period.RunningP95Ms)]),
        ];
        Chart(_words.Volume, new ColumnChart(_words.Volume, Columns(figures), layers, curves).Write());
    }

    private void WriteEmotions(ActivityFigures figures)
    {
        if (figures.Emotions is not { } emotions)
        {
            return;
        }

        string[] labels = [.. emotions.Shares.Keys];
        if (figures.Periods is not [])
        {
            Layer[] layers = [.. labels.Select(label => new Layer(
                LabelOf(label), Palette.Of(label), [.. figures.Periods.Select(period => period.Emotions?.GetValueOrDefault(label) ?? 0)]))];
            Chart(_words.EmotionsOverTime, new ColumnChart(_words.EmotionsOverTime, Columns(figures), layers, []).Write());
        }

        Share[] shares = [.. labels.Select(label => new Share(LabelOf(label), Palette.Of(label), emotions.Shares[label], emotions.Before?.Shares.GetValueOrDefault(label)))];
        var title = _report.Scope is ActivityReportScope.Night ? _words.EmotionsCompared : _words.EmotionShares;
        var note = emotions.Before is { } before ? string.Format(CultureInfo.InvariantCulture, _words.Before, before.Days)
            : _report.Scope is ActivityReportScope.Night ? _words.NoneBefore : "";
        Chart(title, new ShareChart(title, shares, _words.Points).Write() + $"<p class=\"quiet\">{note}</p>\n");
    }

    private void WriteTypical()
    {
        if (_report.Typical is not { Count: > 0 } typical)
        {
            return;
        }

        Append($"<h2>{_words.Typical}</h2>\n");
        foreach (var emotion in Emotions.All.Union(typical.Keys).Where(typical.ContainsKey))
        {
            Append($"<section><h3>{Text(LabelOf(emotion))}</h3>");
            foreach (var job in typical[emotion])
            {
                Append($"<blockquote>{(job.Text is { } text ? Text(text) : $"<span class=\"quiet\">{_words.TextGone}</span>")} <span class=\"quiet\">{Percent(job.Confidence)}</span></blockquote>");
            }

            _page.Append("</section>\n");
        }
    }

    private void WriteKinds(ActivityFigures figures)
    {
        Append($"<section><h2>{_words.Kinds}</h2><table><tr><th>{_words.Kind}</th><th>{_words.Jobs}</th><th>{_words.Succeeded}</th><th>{_words.Failed}</th>");
        Append($"<th>{_words.Waiting.Split(' ', ',')[0]}, {_words.Median}</th><th>{_words.Running.Split(' ', ',')[0]}, {_words.Median}</th><th>{_words.Tokens}</th></tr>\n");
        foreach (var kind in figures.Kinds)
        {
            Append($"<tr><td>{Text(NameOf(kind.Kind))}</td><td>{Number(kind.Jobs)}</td><td>{Number(kind.States.GetValueOrDefault(JobState.Succeeded))}</td><td>{Number(kind.States.GetValueOrDefault(JobState.Failed))}</td>");
            Append($"<td>{Latency(kind.Queued)}</td><td>{Latency(kind.Running)}</td><td>{NiceScale.Short(kind.Tokens.Prompt + kind.Tokens.Completion)}</td></tr>\n");
        }

        _page.Append("</table></section>\n");
    }

    // A kind that this server does not know any more keeps its name.
    private string NameOf(string kind) => _catalog.TryFind(kind, out var known) ? known.Title.In(_report.Language) : kind;

    private string LabelOf(string label) =>
        _catalog.All.SelectMany(kind => kind.Labels).FirstOrDefault(known => known.Name == label)?.Title.In(_report.Language) ?? label;

    private void WriteScores(ActivityFigures figures)
    {
        foreach (var kind in figures.Kinds.Where(kind => kind.Scores is not null))
        {
            var (scores, most) = (kind.Scores!, _catalog.TryFind(kind.Kind, out var known) && known.Score is { } scale ? scale.Max : AnswerSchema.ScoreMax);
            var width = most / 10;
            string[] columns = [.. Enumerable.Range(0, 11).Select(column => (column * width).ToString(CultureInfo.InvariantCulture))];
            Layer layer = new(NameOf(kind.Kind), Palette.Succeeded, [.. Enumerable.Range(0, 11).Select(column => scores.Counts.Where(score => score.Key / width == column).Sum(score => score.Value))]);
            var title = $"{_words.Scores}: {NameOf(kind.Kind)}";
            Chart(title, new ColumnChart(title, columns, [layer], []).Write()
                + $"<p class=\"quiet\">{string.Format(CultureInfo.InvariantCulture, _words.ScoreMean, scores.Mean, Number(scores.Results))}</p>\n");
        }
    }

    private void WriteFailures(ActivityFigures figures)
    {
        if (figures.Kinds.All(kind => kind.Failures is null))
        {
            return;
        }

        Append($"<section><h2>{_words.Failures}</h2><table><tr><th>{_words.Kind}</th><th>{_words.Cause}</th><th>{_words.Jobs}</th></tr>\n");
        foreach (var (kind, code, jobs) in figures.Kinds.SelectMany(kind => (kind.Failures ?? new Dictionary<string, long>()).OrderByDescending(failure => failure.Value).Select(failure => (kind.Kind, failure.Key, failure.Value))))
        {
            Append($"<tr><td>{Text(NameOf(kind))}</td><td>{Text(_words.CauseOf(code))}</td><td>{Number(jobs)}</td></tr>\n");
        }

        _page.Append("</table></section>\n");
    }

    private DateTimeOffset Made() =>
        TimeZoneInfo.TryFindSystemTimeZoneById(_report.TimeZone, out var zone) ? TimeZoneInfo.ConvertTime(_report.CreatedAt, zone) : _report.CreatedAt;

    private void Chart(string title, string content) => Append($"<section><h2>{Text(title)}</h2>\n{content}</section>\n");

    private IReadOnlyList<string> Columns(ActivityFigures figures) =>
        [.. figures.Periods.Select(period => period.Start.ToString(_report.Scope is ActivityReportScope.Night ? "HH" : "MM-dd", CultureInfo.InvariantCulture))];

    private static IReadOnlyList<long> Counts(ActivityFigures figures, Func<string, bool> isCounted) =>
        [.. figures.Periods.Select(period => period.Kinds?.Values.Sum(states => states.Where(state => isCounted(state.Key)).Sum(state => state.Value)) ?? 0)];

    private static string Latency(LatencyFigures? latency) => latency is null ? "–" : $"{NiceScale.Duration(latency.P50Ms)} / {NiceScale.Duration(latency.P95Ms)}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");

    private static string Text(string text) => HtmlPage.Text(text);

    private void Append(FormattableString text) => _page.Append(text.ToString(CultureInfo.InvariantCulture));
}
