using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>A comparison as one page of HTML: nothing is fetched, nothing runs, and it follows the reader's light or dark theme.</summary>
internal static class ComparisonPage
{
    private const string None = "–";

    /// <param name="made">When.</param>
    public static string Write(Comparison comparison, DateTimeOffset made)
    {
        var models = comparison.Models;
        var measures = Measure.Of(models);
        StringBuilder page = new();
        var title = string.Join(" · ", models.Select(model => model.Model));
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(title)}</title>
            <style>{ComparisonStyle.Css}</style>
            </head>
            <body>
            <main>
            <h1>Comparison of models</h1>
            <p>{Text(Subtitle(comparison))}</p>
            <p class="note">{made:yyyy-MM-dd HH:mm} UTC. Compared with <strong>{Text(models[0].Model)}</strong>. The best of each line is bold.</p>

            """);
        WriteTable(page, models, measures);
        page.Append("<section class=\"charts\">\n");
        foreach (var measure in measures)
        {
            BarChart.Write(page, measure, models);
        }

        page.Append("</section>\n<h2>Files</h2>\n<dl>\n");
        foreach (var model in models)
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt>{Text(model.Model)}</dt><dd>{Text(model.File)}</dd>\n");
        }

        return page.Append("</dl>\n</main>\n</body>\n</html>\n").ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Subtitle(Comparison comparison)
    {
        var first = comparison.Models[0];
        var machine = $"{first.Threads} CPU thread{(first.Threads is 1 ? "" : "s")}{(first.GpuLayers > 0 ? $", {first.GpuLayers} layers on a GPU" : "")}";
        var jobs = comparison.Kind is { } kind ? string.Create(CultureInfo.InvariantCulture, $"{comparison.Rows:#,0} jobs of kind {kind}; ") : "";
        var positions = comparison.Positions is { } count ? string.Create(CultureInfo.InvariantCulture, $"divergence over {count:#,0} tokens; ") : "";
        return $"{jobs}{positions}{machine}.";
    }

    private static void WriteTable(StringBuilder page, IReadOnlyList<ModelFigures> models, IReadOnlyList<Measure> measures)
    {
        page.Append("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Measure</th>");
        foreach (var model in models)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Text(model.Model)}<br><small>{Text($"{model.Architecture}, {model.Quantization ?? "unknown"}, {Quantities.Parameters(model.Parameters)}")}</small></th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var measure in measures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Text(measure.Title)}<br><small>{Text(measure.Meaning)}</small></th>");
            var best = measure.Best(models);
            foreach (var model in models)
            {
                var value = measure.Read(model);
                page.Append(CultureInfo.InvariantCulture, $"<td{(value is not null && value == best ? " class=\"best\"" : "")}>{Text(value is { } known ? measure.Write(known) : None)}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table></div>\n");
        foreach (var model in models.Where(model => model.Quality?.KlProblem is not null))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Text(model.Model)}: {Text(model.Quality!.KlProblem!)}</p>\n");
        }
    }
}
