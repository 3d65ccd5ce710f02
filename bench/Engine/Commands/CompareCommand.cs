using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Bench.Engine.Reports;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>Measures the engine and the peer in turns.</summary>
internal static class CompareCommand
{
    private static readonly Option<string> _model = new("--model") { Description = "GGUF file that both sides load", Required = true };
    private static readonly Option<string> _peer = new("--peer") { Description = "Directory of bench.mjs and its packages", Required = true };
    private static readonly Option<int> _rounds = new("--rounds") { Description = "Measurements of each figure", DefaultValueFactory = _ => 6 };
    private static readonly Option<int> _threads = new("--threads") { Description = "CPU threads of each side", DefaultValueFactory = _ => 2 };
    private static readonly Option<string?> _only = new("--only") { Description = "Part of a measure's name: only the questions that have such a measure" };
    private static readonly Option<bool> _quick = new("--quick") { Description = "One short round: shows that it works, not how fast" };
    private static readonly Option<string?> _record = new("--record") { Description = "Directory for a file with every sample" };
    private static readonly Option<string> _commit = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };

    public static Command Create()
    {
        Command command = new("compare", "Measures the engine and node-llama-cpp in turns.") { _model, _peer, _rounds, _threads, _only, _quick, _record, _commit };
        foreach (Option<int> option in (Option<int>[])[_rounds, _threads])
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() is < 1 or > 1_024)
                {
                    result.AddError($"{option.Name} is {result.GetValueOrDefault<int>()}; give a number from 1 to 1024.");
                }
            });
        }

        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string path = parsed.GetRequiredValue(_model);
        int threads = parsed.GetValue(_threads);
        Sizes sizes = parsed.GetValue(_quick) ? Sizes.Quick : Sizes.Full(parsed.GetValue(_rounds));
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);

        _ = GgufReader.Read(path); // A truncated file can crash the native library.
        using ILanguageModel model = loader.Load(path, new ModelParameters());
        Workload workload = new(model, sizes.Texts);
        await Console.Error.WriteLineAsync(
            $"{Path.GetFileName(path)}: {threads} threads, {workload.Texts.Count} texts of {workload.TokensOfTexts} tokens behind {workload.Prefix.Length} shared ones");
        IOptions<InferenceOptions> options = Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0 });
        await using LocalModels models = new(loader, options, new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
        LocalModel engine = await models.LoadAsync(path, workload.Requests[0], cancellationToken);
        IOptions<InferenceOptions> withoutPrefixes = Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0, PrefixesMax = 0 });
        await using LocalModels withoutCache = new(loader, withoutPrefixes, new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
        LocalModel empty = await withoutCache.LoadAsync(path, workload.Requests[0], cancellationToken);
        using NodePeer peer = await NodePeer.StartAsync(parsed.GetRequiredValue(_peer), path, threads, cancellationToken);

        IMeasure[][] questions = Chosen(
            new Contest(model, engine, empty, peer, workload, sizes, threads).Questions(), parsed.GetValue(_only));
        await WarmUpAsync(questions[0], cancellationToken);
        Rounds rounds = new(questions, sizes, Console.Error);
        await rounds.RunAsync(cancellationToken);

        Report report = new([.. questions.SelectMany(question => question)], rounds.Samples);
        report.WriteTable(Console.Error);
        if (parsed.GetValue(_record) is { } directory)
        {
            JsonObject surroundings = Machine.Describe(parsed.GetRequiredValue(_commit), TimeProvider.System);
            surroundings["peer"] = peer.Version;
            surroundings["model"] = Path.GetFileName(path);
            surroundings["threads"] = threads;
            await RecordFile.WriteAsync(directory, report.ToRecord(surroundings), TimeProvider.System, cancellationToken);
        }

        Console.Out.WriteLine(report.ToJsonLine());
        return 0;
    }

    private static IMeasure[][] Chosen(IReadOnlyList<IMeasure[]> all, string? part)
    {
        IMeasure[][] chosen = [.. all.Where(question => question.Any(measure => measure.Name.Contains(part ?? "", StringComparison.Ordinal)))];
        return chosen.Length > 0
            ? chosen
            : throw new BenchException($"--only is '{part}', which is part of no measure's name. Measures: {string.Join(", ", all.SelectMany(question => question).Select(measure => measure.Name))}.");
    }

    /// <summary>Code is compiled and pages are read before anything counts.</summary>
    private static async Task WarmUpAsync(IMeasure[] question, CancellationToken cancellationToken)
    {
        foreach (IMeasure measure in question)
        {
            await measure.MeasureAsync(cancellationToken);
        }
    }
}
