using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Engine.Residence;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Models;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>
/// Two models in memory for one: how much slower is a mix of jobs than the best order that an oracle could give them, and how long
/// does one wait? What do clients notice when a name moves to another file? And what does it cost to change between adapters?
/// </summary>
internal static class ModelsCommand
{
    private const int AdapterRank = 16;

    private static readonly string[] _names = ["a", "b"];
    private static readonly Option<string> _folder = new("--folder") { Description = "Where the two models are written", Required = true };
    private static readonly Option<int> _threads = new("--threads") { Description = "CPU threads", DefaultValueFactory = _ => Environment.ProcessorCount };
    private static readonly Option<int> _jobs = new("--jobs") { Description = "Jobs of the mix", DefaultValueFactory = _ => 300 };
    private static readonly Option<int> _slots = new("--slots") { Description = "Jobs at a time, as a queue's Prefetch has it", DefaultValueFactory = _ => 32 };
    private static readonly Option<string?> _record = new("--record") { Description = "Folder that gets every sample" };
    private static readonly Option<string> _commit = new("--commit") { Description = "For the record", DefaultValueFactory = _ => "unknown" };
    private static readonly Option<bool> _quick = new("--quick") { Description = "Tiny models: shows that it works" };

    public static Command Create()
    {
        Command command = new("models", "Two models that do not fit together, a name that moves, and two adapters of one model.") { _folder, _threads, _jobs, _slots, _record, _commit, _quick };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ModelPreset preset = parsed.GetValue(_quick) ? ModelPreset.Tiny : ModelPreset.Qwen;
        string[] files = [.. _names.Select(name => Write(parsed.GetRequiredValue(_folder), name, preset, cancellationToken))];
        int threads = parsed.GetValue(_threads);
        JsonObject mix = await new MixMeasure(files, threads, parsed.GetValue(_jobs), parsed.GetValue(_slots)).RunAsync(cancellationToken);
        JsonObject swap = await new SwapMeasure(files, threads, TimeSpan.FromSeconds(parsed.GetValue(_quick) ? 5 : 30)).RunAsync(cancellationToken);
        string[] adapters = [.. _names.Select(name => WriteAdapter(parsed.GetRequiredValue(_folder), name, preset, cancellationToken))];
        JsonObject turns = await new AdapterMeasure(files[0], adapters, threads, parsed.GetValue(_quick) ? 1 : 3).RunAsync(cancellationToken);
        JsonObject ratios = new() { ["mix_vs_best"] = mix["ratio"]!.DeepClone(), ["swap_p99_vs_quiet"] = swap["ratio"]!.DeepClone() };
        foreach (var (name, figures) in turns)
        {
            ratios[name] = figures!["ratio"]!.DeepClone();
        }

        JsonObject last = new() { ["bench"] = "models", ["ratios"] = ratios, ["mix"] = mix, ["swap"] = swap, ["adapters"] = turns };
        if (parsed.GetValue(_record) is { } folder)
        {
            JsonObject record = last.DeepClone().AsObject();
            record["surroundings"] = Machine.Describe(parsed.GetRequiredValue(_commit), TimeProvider.System);
            await RecordFile.WriteAsync(folder, record, TimeProvider.System, cancellationToken);
        }

        Console.Out.WriteLine(last.ToJsonString());
        return 0;
    }

    private static string WriteAdapter(string folder, string name, ModelPreset preset, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, $"adapter-{name}-{preset}.gguf".ToLowerInvariant());
        if (!File.Exists(path))
        {
            ModelWriter.WriteAdapter(preset, AdapterRank, seed: name[0], path, cancellationToken);
        }

        return path;
    }

    private static string Write(string folder, string name, ModelPreset preset, CancellationToken cancellationToken)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}-{preset}.gguf".ToLowerInvariant());
        if (!File.Exists(path))
        {
            ModelWriter.Write(new ModelRecipe { Preset = preset, Name = name, Weights = WeightType.Q8, Seed = name[0] }, path, cancellationToken);
        }

        return path;
    }
}
