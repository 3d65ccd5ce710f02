using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Engines over the real library; one thread, because the threads of ggml spin and tests share their cores.</summary>
internal static class TestEngine
{
    public static LLamaSharpModelLoader Loader { get; } = new(NullLoggerFactory.Instance);

    public static InferenceEngine Create() =>
        new([Loader], Options.Create(new InferenceOptions { Threads = 1 }), TimeProvider.System, NullLogger<InferenceEngine>.Instance);

    public static async Task<InferenceEngine> LoadAsync()
    {
        InferenceEngine engine = Create();
        await engine.LoadAsync(EmotionPrompt.ModelPath, EmotionPrompt.For("warm up"), TestContext.Current.CancellationToken);
        return engine;
    }
}
