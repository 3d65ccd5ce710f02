using System.Globalization;
using System.Text;
using Pipeline.Api.InterviewReports;

namespace Pipeline.Api.ActivityReports.Charts;

/// <summary>Counts of one name over all columns.</summary>
internal sealed record Layer(string Name, string Color, IReadOnlyList<long> Counts);

/// <summary>Values over all columns, in ms; null where a column has none.</summary>
internal sealed record Curve(string Name, string Color, IReadOnlyList<double?> Milliseconds);

/// <summary>Columns of stacked counts, and curves over them with an axis of their own. SVG that needs nothing but its colours.</summary>
internal sealed class ColumnChart(string label, IReadOnlyList<string> columns, IReadOnlyList<Layer> layers, IReadOnlyList<Curve> curves)
{
    private const double Width = 720;
    private const double Height = 220;
    private const double Left = 44;
    private const double Right = 52;
    private const double Top = 10;
    private const double Bottom = 24;
    private const int LabelsMax = 12;
    private const double ColumnWidthMax = 48; // A lone day would be a wall.

    private readonly NiceScale _counts = NiceScale.Of(Enumerable.Range(0, columns.Count).Max(column => layers.Sum(layer => layer.Counts[column])), isCount: true);
    private readonly NiceScale _times = NiceScale.Of(curves.SelectMany(curve => curve.Milliseconds).Max() ?? 0, isCount: false);
    private readonly StringBuilder _svg = new();

    private static double PlotHeight => Height - Top - Bottom;

    private double Step => (Width - Left - Right) / columns.Count;

    private double ColumnWidth => Math.Min(Step * 0.76, ColumnWidthMax);

    public string Write()
    {
        Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Text(label)}\">");
        Grid();
        for (var column = 0; column < columns.Count; column++)
        {
            Column(column);
        }

        foreach (var curve in curves)
        {
            Line(curve);
        }

        _svg.Append("</svg>\n<p class=\"legend\">");
        foreach (var (name, color) in layers.Where(layer => layer.Counts.Any(count => count > 0)).Select(layer => (layer.Name, layer.Color)))
        {
            Append($"<span><i style=\"background:{color}\"></i>{HtmlPage.Text(name)}</span>");
        }

        foreach (var curve in curves)
        {
            Append($"<span><i class=\"line\" style=\"background:{curve.Color}\"></i>{HtmlPage.Text(curve.Name)}</span>");
        }

        return _svg.Append("</p>\n").ToString();
    }

    private void Grid()
    {
        for (var tick = 0; tick <= _counts.Ticks; tick++)
        {
            var y = Y((double)tick / _counts.Ticks);
            Append($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\" class=\"grid\"/>");
            Append($"<text x=\"{Left - 6}\" y=\"{y + 3.5:0.#}\" class=\"end\">{NiceScale.Short(tick * _counts.Step)}</text>");
        }

        for (var tick = 0; curves.Count > 0 && tick <= _times.Ticks; tick++)
        {
            Append($"<text x=\"{Width - Right + 6}\" y=\"{Y((double)tick / _times.Ticks) + 3.5:0.#}\">{NiceScale.Duration(tick * _times.Step)}</text>");
        }

        var every = (columns.Count + LabelsMax - 1) / LabelsMax;
        for (var column = 0; column < columns.Count; column += every)
        {
            Append($"<text x=\"{X(column):0.#}\" y=\"{Height - 7}\" class=\"middle\">{HtmlPage.Text(columns[column])}</text>");
        }
    }

    private void Column(int column)
    {
        var below = 0L;
        foreach (var layer in layers)
        {
            var count = layer.Counts[column];
            if (count > 0)
            {
                var (top, bottom) = (Y((below + count) / _counts.Max), Y(below / _counts.Max));
                Append($"<rect x=\"{X(column) - (ColumnWidth / 2):0.#}\" y=\"{top:0.##}\" width=\"{ColumnWidth:0.#}\" height=\"{Math.Max(0.5, bottom - top):0.##}\" fill=\"{layer.Color}\">");
                Append($"<title>{HtmlPage.Text(columns[column])} {HtmlPage.Text(layer.Name)}: {count}</title></rect>");
                below += count;
            }
        }
    }

    // A point is drawn as well: a value between empty columns has no line.
    private void Line(Curve curve)
    {
        var isDrawing = false;
        StringBuilder path = new();
        for (var column = 0; column < columns.Count; column++)
        {
            if (curve.Milliseconds[column] is not { } value)
            {
                isDrawing = false;
                continue;
            }

            var y = Y(value / _times.Max);
            path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{X(column):0.#} {y:0.#}");
            Append($"<circle cx=\"{X(column):0.#}\" cy=\"{y:0.#}\" r=\"2.2\" fill=\"{curve.Color}\"><title>{HtmlPage.Text(columns[column])} {HtmlPage.Text(curve.Name)}: {NiceScale.Duration(value)}</title></circle>");
            isDrawing = true;
        }

        Append($"<path d=\"{path}\" fill=\"none\" stroke=\"{curve.Color}\" stroke-width=\"1.5\"/>");
    }

    private double X(int column) => Left + (Step * (column + 0.5));

    private static double Y(double share) => Top + (PlotHeight * (1 - share));

    private void Append(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
