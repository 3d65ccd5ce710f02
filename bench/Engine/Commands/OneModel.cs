using System.CommandLine;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>Options of commands that measure one model in rounds.</summary>
internal static class OneModel
{
    public static Option<string> File { get; } = new("--model") { Description = "GGUF file", Required = true };

    public static Option<int> Threads { get; } = new("--threads") { Description = "CPU threads", DefaultValueFactory = _ => Environment.ProcessorCount };

    public static Option<int> Rounds { get; } = new("--rounds") { Description = "Measurements of each side", DefaultValueFactory = _ => 3 };
}
