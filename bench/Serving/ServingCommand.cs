using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving.Questions;
using Pipeline.Bench.Serving.Reports;
using Pipeline.Bench.Serving.Sides;
using Pipeline.Inference;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Serving;

/// <summary>Serving: our engine, the whole pipeline around it, and llama.cpp's own server, in turns.</summary>
internal static class ServingCommand
{
    private const int CapacityRequests = 16;
    private const int CapacityAtATime = 8;
    private static readonly Option<string> _root = new("--root") { Description = "The checkout, built", Required = true };
    private static readonly Option<string> _scratch = new("--scratch") { Description = "Directory for logs", Required = true };
    private static readonly Option<string> _model = new("--model") { Description = "GGUF file of the model that answers", Required = true };
    private static readonly Option<string> _emotion = new("--emotion") { Description = "GGUF file of the model that labels", Required = true };
    private static readonly Option<string> _embedding = new("--embedding") { Description = "GGUF file of the model that embeds", Required = true };
    private static readonly Option<string?> _peer = new("--peer") { Description = "The program llama-server; without it our two sides are compared" };
    private static readonly Option<int> _threads = new("--threads") { Description = "Threads of every side's forward passes", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> _rounds = new("--rounds") { Description = "Measurements of each figure", DefaultValueFactory = _ => 3 };
    private static readonly Option<string?> _only = new("--only") { Description = "Parts of names, with commas: only the questions whose name contains one" };
    private static readonly Option<bool> _quick = new("--quick") { Description = "One short round: shows that it works, not how fast" };
    private static readonly Option<string?> _record = new("--record") { Description = "Directory for a file with every value" };
    private static readonly Option<string> _commit = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };

    public static Command Create()
    {
        Command command = new("compare", "Engine, pipeline and llama-server in turns.") { _root, _scratch, _model, _emotion, _embedding, _peer, _threads, _rounds, _only, _quick, _record, _commit };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Stage stage = new(Path.GetFullPath(parsed.GetRequiredValue(_root)), Path.GetFullPath(parsed.GetRequiredValue(_scratch)), "python3", new Servers(), TimeProvider.System);
        Files files = new(Path.GetFullPath(parsed.GetRequiredValue(_model)), Path.GetFullPath(parsed.GetRequiredValue(_emotion)), Path.GetFullPath(parsed.GetRequiredValue(_embedding)));
        foreach (string file in (string[])[files.Chat, files.Emotion, files.Embedding])
        {
            _ = GgufReader.Read(file); // A truncated file can crash the native library.
        }

        int threads = parsed.GetValue(_threads);
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        using ILanguageModel emotion = loader.Load(files.Emotion, new ModelParameters());
        await using InProcess engine = await InProcess.StartAsync(files, threads, cancellationToken);
        await using WholePipeline pipeline = await WholePipeline.StartAsync(stage, files, new() { ["Inference__Threads"] = threads.ToString(CultureInfo.InvariantCulture), ["Inference__GpuLayers"] = "0" }, cancellationToken);
        await using LlamaServer? peer = parsed.GetValue(_peer) is { } program
            ? await LlamaServer.StartAsync(stage, program, files, emotion, threads, cancellationToken)
            : null;
        IServingSide[] sides = [engine, pipeline, .. peer is null ? (IServingSide[])[] : [peer]];
        foreach (IServingSide side in sides)
        {
            await WarmUpAsync(side, cancellationToken);
        }

        Sizes sizes = parsed.GetValue(_quick) ? Sizes.Quick : Sizes.Full(parsed.GetValue(_rounds));
        double capacity = await sizes.Load.CapacityAsync(engine, CapacityAtATime, CapacityRequests, cancellationToken);
        double peerCapacity = peer is null ? capacity : await sizes.Load.CapacityAsync(peer, CapacityAtATime, CapacityRequests, cancellationToken);
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFileName(files.Chat)}: {threads} threads; capacity {capacity:F1} requests/s of the engine, {peerCapacity:F1} of the peer"));
        Field field = new(sides, Chosen(Questions(sizes, Math.Min(capacity, peerCapacity)), parsed.GetValue(_only)), Console.Error);
        await field.RunAsync(sizes.Rounds, cancellationToken);

        Report report = new(field);
        report.WriteTable(Console.Error);
        if (parsed.GetValue(_record) is { } directory)
        {
            JsonObject surroundings = Machine.Describe(parsed.GetRequiredValue(_commit), stage.Time);
            surroundings["sides"] = new JsonArray([.. sides.Select(side => JsonValue.Create(side.Version))]);
            surroundings["model"] = Path.GetFileName(files.Chat);
            surroundings["threads"] = threads;
            surroundings["requests_per_second_at_100"] = Math.Round(Math.Min(capacity, peerCapacity), 2);
            await RecordFile.WriteAsync(directory, report.ToRecord(surroundings), stage.Time, cancellationToken);
        }

        Console.Out.WriteLine(report.ToJson().ToJsonString());
        return field.IsComplete(engine.Name) && field.IsComplete(pipeline.Name) ? 0 : 1;
    }

    private static IQuestion[] Questions(Sizes sizes, double capacity) =>
    [
        .. sizes.Decodes.Select(decode => new Decode(decode.Sequences, decode.Tokens)),
        .. sizes.Prefills.Select(prefill => new Prefill(prefill.Tokens, prefill.Times)),
        new SharedPrefix(sizes.PrefixWords, atATime: 3, tokens: 8),
        new Mixed(readers: 3, readerTokens: 48, sizes.LongPrompts.Count, sizes.LongPrompts.Words),
        new JsonAnswers(sequences: 4),
        .. ((int[])[30, 60, 90]).Select(percent => new Load(percent, sizes.LoadSeconds, sizes.Load, capacity)),
        new ManyTexts("embeddings", sizes.Embeddings, words: 20, (side, texts, stop) => side.EmbedAsync(texts, stop)),
        new ManyTexts("classify", sizes.Classified, words: 14, (side, texts, stop) => side.ClassifyAsync(texts, stop)),
    ];

    private static IQuestion[] Chosen(IQuestion[] all, string? parts)
    {
        IQuestion[] chosen = parts is null ? all : [.. all.Where(question => parts.Split(',').Any(part => question.Name.Contains(part, StringComparison.Ordinal)))];
        return chosen.Length > 0
            ? chosen
            : throw new BenchException($"--only is '{parts}', which is part of no question's name. Questions: {string.Join(", ", all.Select(question => question.Name))}.");
    }

    /// <summary>Code is compiled, pages are read and pools are filled before anything counts.</summary>
    private static async Task WarmUpAsync(IServingSide side, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"warming up {side.Version}");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => side.AnswerAsync(new(Texts.Of("warm-up", -1, i, 8), 16), cancellationToken)));
        await side.AnswerAsync(new(Texts.Of("warm-up", -1, 9, 8), 96) { Json = true }, cancellationToken);
        await side.EmbedAsync([.. Enumerable.Range(0, 16).Select(i => Texts.Of("warm-up", -1, i, 20))], cancellationToken);
        await side.ClassifyAsync([.. Enumerable.Range(0, 200).Select(i => Texts.Of("warm-up", -1, i, 14))], cancellationToken);
    }
}
