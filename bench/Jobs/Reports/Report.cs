using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Reports;

/// <summary>What a run found: a table for people, and one line for programs.</summary>
/// <param name="memory">Megabytes of each of our processes, after the run.</param>
internal sealed class Report(string bench, IReadOnlyList<Ratio> ratios, Rounds rounds, JsonObject memory)
{
    public void WriteTable(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"measure",-24} {"median",9} {"least",9} {"most",9}  {"unit",-7} {"p99",7} {"cores",5}"));
        foreach (IMeasure measure in rounds.Measures)
        {
            List<Sample> samples = rounds.Samples[measure.Name];
            double[] values = [.. samples.Select(sample => sample.Value)];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{measure.Name,-24} {Median.Of(values),9:F2} {values.Min(),9:F2} {values.Max(),9:F2}  {measure.Unit,-7} {P99(samples),7:F2} {Median.Of(samples.Select(sample => sample.BusyCores)),5:F1}"));
        }

        output.WriteLine();
        foreach (Ratio ratio in ratios)
        {
            string value = ratio.Compute(rounds.Samples) is { } times ? string.Create(CultureInfo.InvariantCulture, $"{times,9:F2} ×") : "no figure: a side was left out, see above";
            output.WriteLine($"{ratio.Key,-24} {value}");
        }

        output.WriteLine($"\nmemory of our processes, MB: {string.Join(", ", memory.Select(process => $"{process.Key} {process.Value}"))}");
    }

    /// <summary>The last line of a run.</summary>
    public JsonObject ToJson()
    {
        JsonObject line = new()
        {
            ["bench"] = bench,
            ["ratios"] = new JsonObject(ratios.Select(ratio => KeyValuePair.Create(ratio.Key, Rounded(ratio.Compute(rounds.Samples))))),
            ["memory_mb"] = memory.DeepClone(),
        };
        if (rounds.Samples.TryGetValue("pipeline.latency", out List<Sample>? latency))
        {
            line["latency_ms"] = new JsonObject { ["p50"] = Rounded(Median.Of(latency.Select(sample => sample.Value))), ["p99"] = Rounded(P99(latency)) };
        }

        return line;
    }

    /// <summary>The last line, with every sample and what it was measured on.</summary>
    public JsonObject ToRecord(JsonObject surroundings)
    {
        JsonObject record = ToJson();
        record["surroundings"] = surroundings;
        record["rounds"] = new JsonObject(rounds.Measures.Select(measure => KeyValuePair.Create(measure.Name, (JsonNode?)Describe(measure))));
        return record;
    }

    private JsonArray Describe(IMeasure measure) => new([.. rounds.Samples[measure.Name].Select(sample =>
    {
        JsonObject described = new() { [measure.Unit == "ms" ? "p50Ms" : "perSecond"] = Rounded(sample.Value) };
        if (sample.P99 is not null)
        {
            described["p99Ms"] = Rounded(sample.P99);
        }

        described["busyCores"] = Rounded(sample.BusyCores);
        return (JsonNode)described;
    })]);

    private static double? P99(List<Sample> samples) => samples[0].P99 is null ? null : Median.Of(samples.Select(sample => sample.P99 ?? 0));

    private static JsonNode? Rounded(double? value) => value is null ? null : Math.Round(value.Value, 3);
}
