using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Engine;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>One file of weights on the device: where its layers are, how fast bare passes and our engine are, and the memory of both.</summary>
internal sealed class WeightsMeasure(LLamaSharpModelLoader loader, OffloadLog log, Device device, GpuSizes sizes, int threads, TextWriter progress)
{
    private const int DecodePromptTokens = 16;

    /// <exception cref="BenchException">Some layers are not on the device.</exception>
    public async Task<JsonObject> RunAsync(string path, CancellationToken cancellationToken)
    {
        long freeBefore = FreeBytes();
        (long start, Dictionary<string, double> best) = (Stopwatch.GetTimestamp(), []);
        JsonObject result = [];
        using (ILanguageModel model = loader.Load(path, new ModelParameters(device.Layers)))
        {
            result["load_s"] = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1);
            result["layers_on_device"] = Layers();
            result["weights_device_mb"] = Megabytes(freeBefore - FreeBytes());
            foreach (int sequences in sizes.Sequences)
            {
                await MeasureAsync(BareOf(model, sequences), best, cancellationToken);
            }
        }

        IOptions<InferenceOptions> options = Options.Create(new InferenceOptions
        {
            Threads = threads, GpuLayers = device.Layers, ContextTokens = sizes.ContextTokens, SequencesMax = sizes.SequencesMax, PrefixesMax = 0,
        });
        await using (LocalModels models = new(loader, options, new(), TimeProvider.System, NullLogger<LocalModels>.Instance))
        {
            LocalModel engine = await models.LoadAsync(path, new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"] }, cancellationToken);
            result["engine_device_mb"] = Megabytes(freeBefore - FreeBytes());
            foreach (int sequences in sizes.Sequences)
            {
                await MeasureAsync(EngineOf(engine, sequences), best, cancellationToken);
            }
        }

        result["resident_mb"] = Megabytes(Environment.WorkingSet);
        result["tokens_per_second"] = new JsonObject(best.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Math.Round(pair.Value, 1))));
        result["ratios"] = new JsonObject(best.Keys.Where(name => name.StartsWith("engine.", StringComparison.Ordinal)).Select(name => KeyValuePair.Create(
            name["engine.".Length..] + "_vs_bare", (JsonNode?)Math.Round(best[name] / best["bare." + name["engine.".Length..]], 3))));
        return result;
    }

    private IMeasure[] BareOf(ILanguageModel model, int sequences)
    {
        Workload workload = new(model, texts: 1);
        return
        [
            new BareDecode(model, workload.RandomPrompts(sequences, DecodePromptTokens), sizes.Tokens, threads),
            new BarePrompts(model, workload.RandomPrompts(sequences, sizes.PromptTokens), batchTokens: 512, threads),
        ];
    }

    private IMeasure[] EngineOf(LocalModel engine, int sequences) =>
    [
        new EngineDecode($"engine.decode{sequences}", engine, TextsOf("decode", sequences, DecodePromptTokens), sizes.Tokens),
        new EnginePrompts(engine, TextsOf("prefill", sequences, sizes.PromptTokens - 16)),
    ];

    private static string[] TextsOf(string question, int count, int tokens) =>
        [.. Enumerable.Range(0, count).Select(i => Questions.Texts.Of(question, 0, i, tokens))];

    private async Task MeasureAsync(IMeasure[] measures, Dictionary<string, double> best, CancellationToken cancellationToken)
    {
        for (int round = 0; round < sizes.Rounds; round++)
        {
            foreach (IMeasure measure in measures)
            {
                double value = (await measure.MeasureAsync(cancellationToken)).PerSecond;
                best[measure.Name] = Math.Max(value, best.GetValueOrDefault(measure.Name));
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {measure.Name,-18} {value,9:F1} tokens/s"));
            }
        }
    }

    private string Layers()
    {
        if (device.IsCpu)
        {
            return "none, by --device cpu";
        }

        return log.Layers is { } layers && layers.OnDevice == layers.All
            ? $"{layers.OnDevice} of {layers.All}"
            : throw new BenchException($"Not all layers are on the GPU: {(log.Layers is { } some ? $"{some.OnDevice} of {some.All}" : "llama.cpp's log names none")}.");
    }

    private long FreeBytes() => device.IsCpu ? 0 : loader.FindAccelerators().Sum(gpu => gpu.MemoryFreeBytes);

    private static double Megabytes(long bytes) => Math.Round(bytes / 1024d / 1024d);
}
