using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Onnx;

namespace Pipeline.Bench.Embeddings;

/// <summary>
/// Texts a second with the same trained weights of all-MiniLM-L6-v2, in turns: ONNX Runtime and llama.cpp in our engine, node-llama-cpp, and
/// the pipeline with the faster of our runtimes.
/// </summary>
internal sealed class RuntimesMeasure(Stage stage, Texts texts, int threads, int count, string peer) : IAsyncDisposable
{
    private const string Onnx = "onnx_f32";
    private const string F16 = "llama_f16";
    private const string Q8 = "llama_q8_0";
    private const string NodeF16 = "node_f16";
    private const string NodeQ8 = "node_q8_0";
    private const string Whole = "pipeline";

    private readonly Rates _rates = new(texts);
    private readonly List<(string Name, EmbeddingEngine Engine)> _engines = [];
    private readonly Dictionary<string, List<double>> _measured = [];
    private double _cosine;
    private string _best = Onnx;
    private string? _version;

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        Dictionary<string, string> files = new()
        {
            [Onnx] = TrainedModel.MiniLm,
            [F16] = await ConvertAsync("f16", cancellationToken),
            [Q8] = await ConvertAsync("q8_0", cancellationToken),
        };
        foreach ((string name, string path) in files)
        {
            await AddAsync(name, path, cancellationToken);
        }

        using NodePeer nodeF16 = await NodePeer.StartAsync(peer, files[F16], threads, cancellationToken);
        using NodePeer nodeQ8 = await NodePeer.StartAsync(peer, files[Q8], threads, cancellationToken);
        _version = nodeF16.Version;
        _cosine = await CompareAsync(cancellationToken);

        // The pipeline gets the runtime that is faster here, by one look.
        List<(string Name, double Rate)> looks = [];
        foreach ((string name, EmbeddingEngine engine) in _engines)
        {
            looks.Add((name, await _rates.OfAsync(engine, count, cancellationToken)));
        }

        _best = looks.MaxBy(look => look.Rate).Name;
        await using Processes pipeline = await Processes.StartAsync(stage, files[_best], threads, emotions: false, cancellationToken);
        List<(string Name, Func<int, Task<double>> RateAsync)> sides =
        [
            .. _engines.Select(side => (side.Name, (Func<int, Task<double>>)(number => _rates.OfAsync(side.Engine, number, cancellationToken)))),
            (Whole, number => _rates.OfAsync(pipeline, number, cancellationToken)),
            (NodeF16, number => _rates.OfAsync(nodeF16, number, cancellationToken)),
            (NodeQ8, number => _rates.OfAsync(nodeQ8, number, cancellationToken)),
        ];
        foreach ((_, Func<int, Task<double>> rateAsync) in sides)
        {
            await rateAsync(count / 2); // Code is compiled before anything counts.
        }

        await _rates.WarmUpAsync(pipeline, count / 2, cancellationToken);

        for (int round = 0; round < rounds; round++)
        {
            foreach ((string name, Func<int, Task<double>> rateAsync) in sides)
            {
                double rate = await rateAsync(count);
                _measured.TryAdd(name, []);
                _measured[name].Add(rate);
                await Console.Error.WriteLineAsync(FormattableString.Invariant($"round {round + 1}/{rounds}  {name} {rate:F1} texts/s"));
            }
        }
    }

    public JsonObject Ratios() => new()
    {
        ["onnx_vs_f16"] = Ratio(Onnx, F16),
        ["onnx_vs_q8_0"] = Ratio(Onnx, Q8),
        ["f16_vs_node"] = Ratio(F16, NodeF16),
        ["q8_0_vs_node"] = Ratio(Q8, NodeQ8),
        ["pipeline_vs_best"] = Ratio(Whole, _best),
    };

    public JsonObject ToJson()
    {
        JsonObject rates = [];
        foreach ((string name, List<double> measured) in _measured)
        {
            rates[name] = Math.Round(Median.Of(measured), 1);
        }

        return new() { ["texts_per_second"] = rates, ["best"] = _best, ["cosine_min"] = Math.Round(_cosine, 4), ["peer"] = _version };
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, EmbeddingEngine engine) in _engines)
        {
            await engine.DisposeAsync();
        }
    }

    private double Ratio(string ours, string other) => Math.Round(Median.Of(_measured[ours].Zip(_measured[other], (mine, theirs) => mine / theirs)), 3);

    /// <summary>The lowest cosine between vectors of one text; also compiles code and touches pages before anything counts.</summary>
    private async Task<double> CompareAsync(CancellationToken cancellationToken)
    {
        string[] batch = texts.Next(count / 4);
        GeneratedEmbeddings<Embedding<float>>[] found = await Task.WhenAll(_engines.Select(side => side.Engine.GenerateAsync(batch, null, cancellationToken)));
        return found[1..].SelectMany(other => other.Zip(found[0], (left, right) => Dot(left.Vector.Span, right.Vector.Span))).Min();
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => System.Numerics.Tensors.TensorPrimitives.Dot(left, right);

    private async Task AddAsync(string name, string path, CancellationToken cancellationToken)
    {
        LLamaSharpModelLoader library = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        EmbeddingEngine engine = new(
            new([new GgufEmbeddingLoader(library, NullLogger<GgufEmbeddingLoader>.Instance), new OnnxEmbeddingLoader(NullLogger<OnnxEmbeddingLoader>.Instance)]),
            Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0 }), new(), stage.Time, NullLogger<EmbeddingEngine>.Instance);
        _engines.Add((name, engine));
        await engine.LoadAsync(path, cancellationToken);
    }

    private async Task<string> ConvertAsync(string type, CancellationToken cancellationToken)
    {
        string path = Path.Combine(stage.Scratch, $"all-MiniLM-L6-v2-{type}.gguf");
        if (!File.Exists(path))
        {
            using Process script = Process.Start(stage.Python, [Path.Combine(stage.Root, "bench", "bert_to_gguf.py"), TrainedModel.MiniLm, path, type]);
            await script.WaitForExitAsync(cancellationToken);
            return script.ExitCode == 0 ? path : throw new BenchException($"bert_to_gguf.py ended with {script.ExitCode}.");
        }

        return path;
    }
}
