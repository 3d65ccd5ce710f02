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
        output.WriteLine($"\n{Line(new("alone", alone, idleMegabytes, ""))}");
        foreach (NeighbourRow row in rows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Ratio(row),6:F2} ×  {Line(row)}"));
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
        ["wait_ms"] = Percentile.Describe(times.Waits),
        ["read_ms"] = Percentile.Describe(times.Reads),
        ["webhook_ms"] = Percentile.Describe(times.Webhooks),
        ["rounds"] = times.Rounds.Length,
        ["refused"] = times.Refused.Count,
        ["api_mb"] = Math.Round(megabytes),
    };

    /// <summary>What is known of a row once it ends.</summary>
    public static string Line(NeighbourRow row) => row.Times.Rounds is []
        ? $"{row.Name}: nothing was answered; {row.Answers}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Name,-14} p50 {Percentile.Of(row.Times.Rounds, 0.5),6:F0} ms  p99 {Percentile.Of(row.Times.Rounds, 0.99),6:F0} ms  webhook p99 {Percentile.Of(row.Times.Webhooks, 0.99),6:F0} ms  refused {row.Times.Refused.Count}  API {row.MemoryMegabytes,5:F0} MB  answers {row.Answers}");
}
