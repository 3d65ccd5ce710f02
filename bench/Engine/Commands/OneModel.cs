using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>Options of commands that measure one model in rounds, and how those end.</summary>
internal static class OneModel
{
    public static Option<string> File { get; } = new("--model") { Description = "GGUF file", Required = true };

    public static Option<int> Threads { get; } = new("--threads") { Description = "CPU threads", DefaultValueFactory = _ => Environment.ProcessorCount };

    public static Option<int> Rounds { get; } = new("--rounds") { Description = "Measurements of each side", DefaultValueFactory = _ => 3 };

    public static Option<string?> Record { get; } = new("--record") { Description = "Directory for a file with every sample" };

    public static Option<string> Commit { get; } = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };

    /// <summary>Records the run where that is asked for, and prints its last line.</summary>
    /// <param name="line">With <c>bench</c> and <c>ratios</c>.</param>
    /// <param name="rounds">Every sample, for the record alone.</param>
    public static async Task EndAsync(ParseResult parsed, JsonObject line, JsonArray rounds, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Record) is { } directory)
        {
            JsonObject record = line.DeepClone().AsObject();
            JsonObject surroundings = Machine.Describe(parsed.GetRequiredValue(Commit), TimeProvider.System);
            surroundings["model"] = Path.GetFileName(parsed.GetRequiredValue(File));
            surroundings["threads"] = parsed.GetValue(Threads);
            record["surroundings"] = surroundings;
            record["rounds"] = rounds;
            await RecordFile.WriteAsync(directory, record, TimeProvider.System, cancellationToken);
        }

        Console.Out.WriteLine(line.ToJsonString());
    }
}
