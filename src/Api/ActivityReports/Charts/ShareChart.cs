using System.Globalization;
using System.Text;
using Pipeline.Api.InterviewReports;

namespace Pipeline.Api.ActivityReports.Charts;

/// <summary>A name with its share now and before, 0 to 1.</summary>
internal sealed record Share(string Name, string Color, double Now, double? Before);

/// <summary>Shares as horizontal bars, those of before below them.</summary>
internal sealed class ShareChart(string label, IReadOnlyList<Share> shares, string pointsUnit)
{
    private const double Width = 720;
    private const double Row = 30;
    private const double Left = 110;
    private const double Right = 130;

    public string Write()
    {
        StringBuilder svg = new();
        var most = Math.Max(0.01, shares.Max(share => Math.Max(share.Now, share.Before ?? 0)));
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Row * shares.Count:0}\" role=\"img\" aria-label=\"{HtmlPage.Text(label)}\">");
        foreach (var (index, share) in shares.Index())
        {
            var y = Row * index;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 17}\" class=\"end name\">{HtmlPage.Text(share.Name)}</text>");
            AppendBar(svg, share.Now / most, y + 5, 11, share.Color);
            if (share.Before is { } before)
            {
                AppendBar(svg, before / most, y + 17, 5, Palette.Before);
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right + 8}\" y=\"{y + 17}\" class=\"name\">{Percent(share.Now)}{Change(share)}</text>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void AppendBar(StringBuilder svg, double length, double y, double height, string color) =>
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{length * (Width - Left - Right):0.#}\" height=\"{height}\" fill=\"{color}\"/>");

    private string Change(Share share) => share.Before is { } before && Math.Round(100 * (share.Now - before), 1) is var points && points != 0
        ? string.Create(CultureInfo.InvariantCulture, $"  ({points:+0.#;−0.#}{pointsUnit})")
        : "";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");
}
