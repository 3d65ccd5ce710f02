using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Onnx;

namespace Pipeline.Bench.Embeddings;

/// <summary>Texts a second of ONNX Runtime and of llama.cpp, in turns, with the same trained weights of all-MiniLM-L6-v2.</summary>
internal sealed class RuntimesMeasure(Stage stage, Texts texts, int threads, int count) : IAsyncDisposable
{
    private readonly List<(string Name, EmbeddingEngine Engine, List<double> Rates)> _sides = [];
    private double _cosine;

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        await AddAsync("onnx_f32", TrainedModel.MiniLm, cancellationToken);
        await AddAsync("llama_f16", await ConvertAsync("f16", cancellationToken), cancellationToken);
        await AddAsync("llama_q8_0", await ConvertAsync("q8_0", cancellationToken), cancellationToken);
        _cosine = await CompareAsync(cancellationToken);
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string name, EmbeddingEngine engine, List<double> rates) in _sides)
            {
                string[] batch = texts.Next(count);
                long start = Stopwatch.GetTimestamp();
                await engine.GenerateAsync(batch, null, cancellationToken);
                rates.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
                await Console.Error.WriteLineAsync(FormattableString.Invariant($"round {round + 1}/{rounds}  {name} {rates[^1]:F1} texts/s"));
            }
        }
    }

    public JsonObject ToJson()
    {
        JsonObject rates = [];
        foreach ((string name, _, List<double> measured) in _sides)
        {
            rates[name] = Math.Round(Median.Of(measured), 1);
        }

        return new()
        {
            ["onnx_vs_f16"] = Ratio(1),
            ["onnx_vs_q8_0"] = Ratio(2),
            ["texts_per_second"] = rates,
            ["cosine_min"] = Math.Round(_cosine, 4),
        };

        double Ratio(int other) => Math.Round(Median.Of(_sides[0].Rates.Zip(_sides[other].Rates, (ours, theirs) => ours / theirs)), 3);
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, EmbeddingEngine engine, _) in _sides)
        {
            await engine.DisposeAsync();
        }
    }

    /// <summary>The lowest cosine between vectors of one text; also compiles code and touches pages before anything counts.</summary>
    private async Task<double> CompareAsync(CancellationToken cancellationToken)
    {
        string[] batch = texts.Next(count / 4);
        GeneratedEmbeddings<Embedding<float>>[] found = await Task.WhenAll(_sides.Select(side => side.Engine.GenerateAsync(batch, null, cancellationToken)));
        return found[1..].SelectMany(other => other.Zip(found[0], (left, right) => Dot(left.Vector.Span, right.Vector.Span))).Min();
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => System.Numerics.Tensors.TensorPrimitives.Dot(left, right);

    private async Task AddAsync(string name, string path, CancellationToken cancellationToken)
    {
        LLamaSharpModelLoader library = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        EmbeddingEngine engine = new(
            new([new GgufEmbeddingLoader(library, NullLogger<GgufEmbeddingLoader>.Instance), new OnnxEmbeddingLoader(NullLogger<OnnxEmbeddingLoader>.Instance)]),
            Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0 }), new(), stage.Time, NullLogger<EmbeddingEngine>.Instance);
        _sides.Add((name, engine, []));
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
