using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Embeddings;
using Pipeline.TestSupport.Inference;

// The library's threads spin and one test reads the memory of the whole process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Engines over the real library; one thread, because the threads of ggml spin and tests share their cores.</summary>
internal static class TestEngine
{
    /// <summary>With the backend that the environment names, where the tests are to run on a GPU.</summary>
    public static LLamaSharpModelLoader Loader { get; } = new(
        Options.Create(new InferenceOptions { BackendLibrary = Environment.GetEnvironmentVariable("Inference__BackendLibrary") }), TimeProvider.System, NullLoggerFactory.Instance);

    /// <summary>None unless the environment says so: the results of others are compared to the last bit.</summary>
    public static int GpuLayers { get; } = int.TryParse(Environment.GetEnvironmentVariable("Inference__GpuLayers"), out int layers) ? layers : 0;

    public static LocalModels Create(InferenceOptions? options = null)
    {
        options ??= new();
        options.Threads ??= int.TryParse(Environment.GetEnvironmentVariable("Inference__Threads"), out int threads) ? threads : 1;
        return new(Loader, Options.Create(options), new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
    }

    /// <summary>An engine for embeddings without a model.</summary>
    public static EmbeddingEngine CreateEmbeddings() => new(
        new([new GgufEmbeddingLoader(Loader, NullLogger<GgufEmbeddingLoader>.Instance)]),
        Options.Create(new InferenceOptions { Threads = 1 }), new(), TimeProvider.System, NullLogger<EmbeddingEngine>.Instance);

    /// <summary>A model that its caller disposes.</summary>
    public static Task<LocalModel> LoadAsync(InferenceOptions? options = null, string? modelPath = null) =>
        Create(options).LoadAsync(modelPath ?? EmotionPrompt.ModelPath, EmotionPrompt.For("warm up"), TestContext.Current.CancellationToken);

    /// <summary>Memory of this process, native libraries included, after everything that can be collected was.</summary>
    public static long ResidentBytes()
    {
        // Aggressive: the collector gives the pages that it keeps for later back to the system, so that they do not count as growth.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
