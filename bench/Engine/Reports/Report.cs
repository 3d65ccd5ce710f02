using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Engine.Reports;

/// <summary>What a run found: a table for people, and one line for programs.</summary>
internal sealed class Report(IReadOnlyList<IMeasure> measures, IReadOnlyDictionary<string, List<Sample>> samples)
{
    private readonly (string Key, double Value)[] _ratios =
        [.. Ratio.All.Select(ratio => (ratio.Key, Value: ratio.Compute(samples))).Where(ratio => ratio.Value is not null).Select(ratio => (ratio.Key, ratio.Value!.Value))];

    public void WriteTable(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"measure",-20} {"median",9} {"least",9} {"most",9}  {"unit",-9} {"cores",5}"));
        foreach (IMeasure measure in measures)
        {
            List<Sample> rounds = samples[measure.Name];
            double[] values = [.. rounds.Select(sample => sample.PerSecond)];
            double cores = Median.Of(rounds.Select(sample => sample.CpuSeconds / sample.Seconds));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{measure.Name,-20} {Median.Of(values),9:F2} {values.Min(),9:F2} {values.Max(),9:F2}  {measure.Unit,-9} {cores,5:F1}"));
        }

        output.WriteLine();
        foreach ((string key, double value) in _ratios)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key,-20} {value,9:F2} ×"));
        }
    }

    /// <summary>The last line of a run.</summary>
    public string ToJsonLine() => ToJson().ToJsonString();

    /// <summary>The last line, with every sample and what it was measured on.</summary>
    public JsonObject ToRecord(JsonObject surroundings)
    {
        JsonObject record = ToJson();
        record["surroundings"] = surroundings;
        record["rounds"] = new JsonObject(measures.Select(measure => KeyValuePair.Create(measure.Name, (JsonNode?)Rounds(measure))));
        return record;
    }

    private JsonObject ToJson() => new()
    {
        ["bench"] = "engine",
        ["ratios"] = new JsonObject(_ratios.Select(ratio => KeyValuePair.Create(ratio.Key, (JsonNode?)Math.Round(ratio.Value, 3)))),
    };

    private JsonArray Rounds(IMeasure measure) => new([.. samples[measure.Name].Select(sample => (JsonNode)new JsonObject
    {
        ["perSecond"] = Math.Round(sample.PerSecond, 3),
        ["seconds"] = Math.Round(sample.Seconds, 3),
        ["cpuSeconds"] = Math.Round(sample.CpuSeconds, 3),
    })]);
}
