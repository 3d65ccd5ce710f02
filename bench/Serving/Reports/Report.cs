using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Serving.Questions;

namespace Pipeline.Bench.Serving.Reports;

/// <summary>What a run found: a table for people, and one line for programs.</summary>
internal sealed class Report(Field field)
{
    private const string Engine = "engine";
    private const string Pipeline = "pipeline";
    private const string Peer = "llama_server";
    private static readonly (string Side, string Against, string Suffix)[] _pairs =
        [(Engine, Peer, "_vs_llama_server"), (Pipeline, Peer, "_pipeline_vs_llama_server"), (Pipeline, Engine, "_pipeline_vs_engine")];

    public void WriteTable(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"",-18} {Engine,10} {Pipeline,10} {Peer,12} {"unit",-11} {"engine/peer",11} {"pipeline/peer",13} {"pipeline/engine",15}");
        foreach (Figure figure in field.Figures)
        {
            output.WriteLine(
                $"{figure.Name,-18} {Text(Median(figure, Engine)),10} {Text(Median(figure, Pipeline)),10} {Text(Median(figure, Peer)),12} {figure.Unit,-11} "
                + $"{Text(Ratio(figure, _pairs[0])),11} {Text(Ratio(figure, _pairs[1])),13} {Text(Ratio(figure, _pairs[2])),15}");
        }

        output.WriteLine("\nratios: more is better; of a time they are the other side's over ours");
    }

    public JsonObject ToJson()
    {
        JsonObject ratios = [];
        foreach (Figure figure in field.Figures)
        {
            foreach ((string Side, string Against, string Suffix) pair in _pairs)
            {
                ratios[figure.Name + pair.Suffix] = Ratio(figure, pair) is { } ratio ? Math.Round(ratio, 3) : null;
            }
        }

        return new() { ["bench"] = "serving", ["ratios"] = ratios };
    }

    /// <summary>The last line, with every value and what it was measured on.</summary>
    public JsonObject ToRecord(JsonObject surroundings)
    {
        JsonObject record = ToJson();
        record["surroundings"] = surroundings;
        record["figures"] = new JsonObject(field.Figures.Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)Describe(figure))));
        return record;
    }

    private JsonObject Describe(Figure figure)
    {
        JsonObject described = new() { ["unit"] = figure.Unit };
        foreach (string side in (string[])[Engine, Pipeline, Peer])
        {
            described[side] = field.Values(figure.Name, side) is { } values ? new JsonArray([.. values.Select(value => JsonValue.Create(Math.Round(value, 2)))]) : null;
        }

        return described;
    }

    private double? Median(Figure figure, string side) => field.Values(figure.Name, side) is { } values ? Measuring.Median.Of(values) : null;

    /// <summary>Median of the ratios of each round.</summary>
    private double? Ratio(Figure figure, (string Side, string Against, string Suffix) pair) =>
        field.Values(figure.Name, pair.Side) is { } ours && field.Values(figure.Name, pair.Against) is { } theirs
            ? Measuring.Median.Of(ours.Zip(theirs, (one, other) => figure.IsTime ? other / one : one / other))
            : null;

    private static string Text(double? value) => value is { } there ? there.ToString("F2", CultureInfo.InvariantCulture) : "none";
}
