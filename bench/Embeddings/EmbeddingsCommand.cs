using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp;

namespace Pipeline.Bench.Embeddings;

/// <summary>Embeddings through the pipeline, search among many chunks, and with --ingest what documents cost interactive jobs.</summary>
internal static class EmbeddingsCommand
{
    private const int Seed = 20261121;
    private static readonly Option<string> _root = new("--root") { Description = "The checkout, built", Required = true };
    private static readonly Option<string> _scratch = new("--scratch") { Description = "Directory for logs", Required = true };
    private static readonly Option<string> _peer = new("--peer") { Description = "Directory of the Node peer", Required = true };
    private static readonly Option<string> _model = new("--model") { Description = "A GGUF file of an embedding model", Required = true };
    private static readonly Option<int> _threads = new("--threads") { Description = "Threads of every side's forward passes", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> _rounds = new("--rounds") { Description = "Measurements of each side", DefaultValueFactory = _ => 3 };
    private static readonly Option<int?> _ingest = new("--ingest") { Description = "Measures only emotion jobs while this many documents are ingested" };
    private static readonly Option<bool> _queue = new("--queue") { Description = "Measures ways from a queue to the model's passes, and nothing else" };
    private static readonly Option<bool> _runtimes = new("--runtimes") { Description = "Measures ONNX Runtime beside llama.cpp and node-llama-cpp with the weights of all-MiniLM-L6-v2, and nothing else" };
    private static readonly Option<bool> _quick = new("--quick") { Description = "Short: shows that it works, not how fast" };
    private static readonly Option<string?> _record = new("--record") { Description = "Directory for a file with the figures" };
    private static readonly Option<string> _commit = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };

    public static RootCommand Create()
    {
        RootCommand command = new("Benchmarks of embeddings and search.") { _root, _scratch, _peer, _model, _threads, _rounds, _ingest, _queue, _runtimes, _quick, _record, _commit };
        command.SetAction(RunAsync);
        Command weights = new("weights", "Prints the directory of all-MiniLM-L6-v2, taken out of its package.");
        weights.SetAction(_ => Console.Out.WriteLine(TrainedModel.MiniLm));
        command.Add(weights);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Stage stage = new(Path.GetFullPath(parsed.GetRequiredValue(_root)), Path.GetFullPath(parsed.GetRequiredValue(_scratch)), "python3", new Servers(), TimeProvider.System);
        JsonObject line = parsed.GetValue(_ingest) is { } documents
            ? await IngestAsync(stage, documents, parsed, cancellationToken)
            : parsed.GetValue(_queue)
            ? await QueueAsync(stage, parsed, cancellationToken)
            : parsed.GetValue(_runtimes)
            ? await RuntimesAsync(stage, parsed, cancellationToken)
            : await CompareAsync(stage, parsed, cancellationToken);
        if (parsed.GetValue(_record) is { } directory)
        {
            JsonObject record = (JsonObject)line.DeepClone();
            record["surroundings"] = Machine.Describe(parsed.GetRequiredValue(_commit), stage.Time);
            await RecordFile.WriteAsync(directory, record, stage.Time, cancellationToken);
        }

        Console.Out.WriteLine(line.ToJsonString());
        return 0;
    }

    private static async Task<JsonObject> IngestAsync(Stage stage, int documents, ParseResult parsed, CancellationToken cancellationToken)
    {
        // A thread each: the emotion job that somebody waits for never shares its core with a spinning one.
        await using Processes pipeline = await Processes.StartAsync(stage, embeddingModel: null, threads: 1, emotions: true, cancellationToken);
        await using NpgsqlDataSource dataSource = NpgsqlDataSource.Create(stage.Servers.Postgres);
        JsonObject ingest = await new IngestMeasure(dataSource, pipeline, new Texts(Seed), stage.Time).RunAsync(documents, cancellationToken);
        return new() { ["bench"] = "embeddings", ["ratios"] = new JsonObject { ["p99_busy_vs_idle"] = ingest["p99_busy_vs_idle"]!.DeepClone() }, ["ingest"] = ingest };
    }

    private static async Task<JsonObject> CompareAsync(Stage stage, ParseResult parsed, CancellationToken cancellationToken)
    {
        (int threads, bool quick, string model) = (parsed.GetValue(_threads), parsed.GetValue(_quick), parsed.GetRequiredValue(_model));
        Texts texts = new(Seed);
        await using Processes pipeline = await Processes.StartAsync(stage, model, threads, emotions: false, cancellationToken);
        await using NpgsqlDataSource dataSource = NpgsqlDataSource.Create(stage.Servers.Postgres);
        await using EmbeddingEngine engine = await LoadAsync(stage, model, threads, cancellationToken);
        using NodePeer node = await NodePeer.StartAsync(parsed.GetRequiredValue(_peer), model, threads, cancellationToken);

        Throughput throughput = new(engine, pipeline, node, texts, quick ? 64 : 512);
        await throughput.RunAsync(quick ? 1 : parsed.GetValue(_rounds), cancellationToken);
        SearchMeasure search = new(dataSource, pipeline, texts, stage.Time);
        await search.RunAsync(quick ? [1_000] : [10_000, 100_000], requests: quick ? 20 : 200, cancellationToken);
        return new()
        {
            ["bench"] = "embeddings",
            ["ratios"] = new JsonObject { ["pipeline_vs_engine"] = Math.Round(throughput.VersusEngine, 3), ["pipeline_vs_node"] = Math.Round(throughput.VersusNode, 3) },
            ["texts_per_second"] = new JsonObject { ["engine"] = Rounded(throughput.Engine), ["pipeline"] = Rounded(throughput.Pipeline), ["node"] = Rounded(throughput.Node) },
            ["search"] = search.Found,
            ["recall"] = search.Recall,
            ["peer"] = node.Version,
        };
    }

    private static async Task<JsonObject> QueueAsync(Stage stage, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using EmbeddingEngine engine = await LoadAsync(stage, parsed.GetRequiredValue(_model), parsed.GetValue(_threads), cancellationToken);
        QueueMeasure measure = new(engine, stage.Servers.Broker, new Texts(Seed), parsed.GetValue(_quick) ? 64 : 512);
        await measure.RunAsync(parsed.GetValue(_quick) ? 1 : parsed.GetValue(_rounds), cancellationToken);
        JsonObject queue = measure.ToJson();
        return new() { ["bench"] = "embeddings", ["ratios"] = new JsonObject { ["batch_vs_each"] = queue["batch_vs_each"]!.DeepClone() }, ["queue"] = queue };
    }

    private static async Task<JsonObject> RuntimesAsync(Stage stage, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using RuntimesMeasure measure = new(stage, new Texts(Seed), parsed.GetValue(_threads), parsed.GetValue(_quick) ? 64 : 512, parsed.GetRequiredValue(_peer));
        await measure.RunAsync(parsed.GetValue(_quick) ? 1 : parsed.GetValue(_rounds), cancellationToken);
        return new() { ["bench"] = "embeddings", ["ratios"] = measure.Ratios(), ["runtimes"] = measure.ToJson() };
    }

    private static async Task<EmbeddingEngine> LoadAsync(Stage stage, string model, int threads, CancellationToken cancellationToken)
    {
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        EmbeddingEngine engine = new(
            new([new GgufEmbeddingLoader(loader, NullLogger<GgufEmbeddingLoader>.Instance)]), Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0, BatchTokens = BatchTokens() }), new(), stage.Time, NullLogger<EmbeddingEngine>.Instance);
        await engine.LoadAsync(model, cancellationToken);
        return engine;
    }

    /// <summary>As the worker reads it from the same environment, so that both have the same batches.</summary>
    private static int? BatchTokens() =>
        int.TryParse(Environment.GetEnvironmentVariable("Inference__BatchTokens"), CultureInfo.InvariantCulture, out int tokens) ? tokens : null;

    private static double Rounded(List<double> values) => Math.Round(Median.Of(values), 1);
}
