using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Inference.Onnx.Tests;

/// <summary>Engines over ONNX Runtime.</summary>
internal static class OnnxEngine
{
    public static OnnxEmbeddingLoader Loader { get; } = new(NullLogger<OnnxEmbeddingLoader>.Instance);

    public static EmbeddingEngine Create() =>
        new(new([Loader]), Options.Create(Settings()), new(), TimeProvider.System, NullLogger<EmbeddingEngine>.Instance);

    public static async Task<EmbeddingEngine> LoadAsync(string path)
    {
        EmbeddingEngine engine = Create();
        await engine.LoadAsync(path, TestContext.Current.CancellationToken);
        return engine;
    }

    public static IEmbeddingModel LoadModel(string path) => Loader.Load(path, Settings()).Model;

    public static async Task<float[][]> EmbedAsync(EmbeddingEngine engine, params string[] texts) =>
        [.. (await engine.GenerateAsync(texts, null, TestContext.Current.CancellationToken)).Select(embedding => embedding.Vector.ToArray())];

    // One thread: tests share their cores.
    private static InferenceOptions Settings() => new() { Threads = 1 };
}
