using System.Globalization;
using System.Text;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>One measure of all models as bars from 0, in SVG.</summary>
internal static class BarChart
{
    private const int Width = 360;
    private const int RowHeight = 42;
    private const int NameHeight = 16;
    private const int BarHeight = 16;
    private const int ValueWidth = 76;
    private const int NameLettersMax = 46;

    public static void Write(StringBuilder page, Measure measure, IReadOnlyList<ModelFigures> models)
    {
        var largest = models.Max(model => measure.Read(model)) ?? 0;
        var height = models.Count * RowHeight;
        var alternative = string.Join(", ", models.Select(model => $"{model.Model}: {Value(measure, model)}"));
        page.Append(CultureInfo.InvariantCulture, $"""
            <figure>
            <figcaption><strong>{ComparisonPage.Text(measure.Title)}</strong> {ComparisonPage.Text(measure.Meaning)}; {(measure.IsBetterHigher ? "more" : "less")} is better</figcaption>
            <svg viewBox="0 0 {Width} {height}" role="img" aria-label="{ComparisonPage.Text(alternative)}">

            """);
        var best = measure.Best(models);
        foreach (var (index, model) in models.Index())
        {
            var value = measure.Read(model);
            var length = value is > 0 && largest > 0 ? Math.Max(1, value.Value / largest * (Width - ValueWidth)) : 0;
            var top = index * RowHeight;
            page.Append(CultureInfo.InvariantCulture, $"""
                <text x="0" y="{top + NameHeight - 4}" class="name">{ComparisonPage.Text(Shortened(model.Model))}</text>
                <rect x="0" y="{top + NameHeight + 2}" width="{length:0.#}" height="{BarHeight}" rx="2" class="{(value is not null && value == best ? "bar best" : "bar")}"></rect>
                <text x="{length + 6:0.#}" y="{top + NameHeight + BarHeight - 1}">{ComparisonPage.Text(Value(measure, model))}</text>

                """);
        }

        page.Append("</svg>\n</figure>\n");
    }

    private static string Value(Measure measure, ModelFigures model) => measure.Read(model) is { } value ? measure.Write(value) : "–";

    /// <summary>The end of a name tells quantisations apart.</summary>
    private static string Shortened(string name) => name.Length <= NameLettersMax ? name : $"{name[..(NameLettersMax / 2)]}…{name[^(NameLettersMax / 2)..]}";
}
