using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>What a good client noticed of one attack.</summary>
/// <param name="MemoryMegabytes">The most that the API had.</param>
/// <param name="Answers">What the hostile client was answered.</param>
internal sealed record NeighbourRow(string Name, GoodNeighbour.Times Times, double MemoryMegabytes, string Answers);

/// <summary>A table for people, and one line for programs.</summary>
/// <param name="alone">Without any attack, in all parts of the run.</param>
/// <param name="rows">One an attack.</param>
/// <param name="idleMegabytes">Memory of the API before the first.</param>
/// <param name="endMegabytes">And after the last.</param>
/// <param name="deaths">Workers that ended.</param>
internal sealed class NeighbourReport(GoodNeighbour.Times alone, IReadOnlyList<NeighbourRow> rows, double idleMegabytes, double endMegabytes, int deaths)
{
    public bool Holds(double ratioMax) => rows.All(row => row.Times.Refused.Count is 0 && Ratio(row) <= ratioMax);

    public void WriteTable(TextWriter output)
    {
        output.WriteLine(Line("alone", alone, 1, idleMegabytes, ""));
        foreach (NeighbourRow row in rows)
        {
            output.WriteLine(Line(row.Name, row.Times, Ratio(row), row.MemoryMegabytes, row.Answers));
            foreach (string refusal in row.Times.Refused.Distinct().Take(3))
            {
                output.WriteLine($"    refused: {refusal}");
            }
        }
    }

    public JsonObject ToJson() => new()
    {
        ["bench"] = "neighbours",
        ["ratios"] = new JsonObject(rows.Select(row => KeyValuePair.Create(row.Name, double.IsFinite(Ratio(row)) ? (JsonNode?)Math.Round(Ratio(row), 3) : null))),
        ["refused"] = rows.Sum(row => row.Times.Refused.Count),
        ["alone"] = Describe(alone, idleMegabytes),
        ["beside"] = new JsonObject(rows.Select(row => KeyValuePair.Create(row.Name, (JsonNode?)Describe(row.Times, row.MemoryMegabytes)))),
        ["memory_mb"] = new JsonObject { ["idle"] = idleMegabytes, ["end"] = endMegabytes },
        ["deaths"] = deaths,
    };

    public JsonObject ToRecord(JsonObject surroundings)
    {
        JsonObject record = ToJson();
        record["surroundings"] = surroundings;
        record["answers"] = new JsonObject(rows.Select(row => KeyValuePair.Create(row.Name, (JsonNode?)row.Answers)));
        return record;
    }

    private double Ratio(NeighbourRow row) => row.Times.Rounds is [] ? double.PositiveInfinity : Percentile.Of(row.Times.Rounds, 0.99) / Percentile.Of(alone.Rounds, 0.99);

    private static JsonObject Describe(GoodNeighbour.Times times, double megabytes) => new()
    {
        ["round_ms"] = Percentile.Describe(times.Rounds),
        ["webhook_ms"] = Percentile.Describe(times.Webhooks),
        ["rounds"] = times.Rounds.Length,
        ["refused"] = times.Refused.Count,
        ["api_mb"] = Math.Round(megabytes),
    };

    private static string Line(string name, GoodNeighbour.Times times, double ratio, double megabytes, string answers) => times.Rounds is []
        ? $"{name}: nothing was answered; {answers}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-14} p50 {Percentile.Of(times.Rounds, 0.5),7:F0} ms  p99 {Percentile.Of(times.Rounds, 0.99),7:F0} ms  {ratio,6:F2} ×  webhook p99 {Percentile.Of(times.Webhooks, 0.99),7:F0} ms  refused {times.Refused.Count}  API {megabytes,5:F0} MB  {answers}");
}
