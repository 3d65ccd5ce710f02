using System.Globalization;
using Pipeline.Api.ActivityReports.Charts;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.ActivityReports.Words;

/// <summary>
/// Puts the figures of a report into words by rule, where no model writes: what rose and fell against the week before, what failed,
/// what waited. Every number in them stands in the figures.
/// </summary>
internal abstract class FiguresSentences(FiguresFacts facts, JobCatalog catalog, string language)
{
    protected FiguresFacts Facts => facts;

    protected ActivityFigures Figures => facts.Figures;

    protected ActivityReportWords Words { get; } = ActivityReportWords.Of(language);

    /// <summary>Null where there was no work, of which there is nothing to say.</summary>
    public static string? Of(ActivityFigures figures, string language, JobCatalog catalog)
    {
        if (figures.Jobs is 0)
        {
            return null;
        }

        var facts = FiguresFacts.Of(figures);
        FiguresSentences sentences = language is TextLanguage.Korean ? new KoreanSentences(facts, catalog) : new EnglishSentences(facts, catalog);
        return string.Join(' ', ((string?[])
            [sentences.Volume(), sentences.Outcome(), sentences.Kinds(), sentences.Failures(), sentences.Waiting(), sentences.Busiest(), sentences.Emotions()])
            .Where(sentence => sentence is not null));
    }

    protected abstract string Volume();

    protected abstract string Outcome();

    protected abstract string? Kinds();

    protected abstract string? Failures();

    protected abstract string? Waiting();

    protected abstract string? Busiest();

    protected abstract string? Emotions();

    protected string NameOf(string kind) => catalog.TryFind(kind, out var known) ? known.Title.In(language) : kind;

    protected string LabelOf(string label) =>
        catalog.All.SelectMany(kind => kind.Labels).FirstOrDefault(known => known.Name == label)?.Title.In(language) ?? label;

    protected static string Number(double number) =>
        Math.Abs(number).ToString(Math.Abs(number) < 10 && !double.IsInteger(number) ? "0.#" : "N0", CultureInfo.InvariantCulture);

    /// <summary>Never 100 where it is a little less, nor 0 where it is a little more.</summary>
    protected static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{(share is > 0 and < 1 ? Math.Clamp(100 * share, 0.1, 99.9) : 100 * share):0.#}%");

    protected static string Duration(double milliseconds) => NiceScale.Duration(milliseconds);
}
