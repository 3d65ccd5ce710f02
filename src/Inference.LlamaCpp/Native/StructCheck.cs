using System.Runtime.CompilerServices;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>
/// Compares the library with what the binding was written for. The structs carry no version: with another release's layout
/// a field would be read as its neighbour and the process would crash far from the cause.
/// </summary>
internal static class StructCheck
{
    /// <exception cref="ModelLoadException">Release, sizes or defaults differ.</exception>
    public static void Verify(string version, in LlamaModelParams model, in LlamaContextParams context)
    {
        if (!version.StartsWith(LibraryDirectory.Release, StringComparison.Ordinal))
        {
            throw Refuse($"reports version {version}");
        }

        if ((Unsafe.SizeOf<LlamaModelParams>(), Unsafe.SizeOf<LlamaContextParams>(), Unsafe.SizeOf<LlamaBatch>()) != (80, 160, 56))
        {
            throw Refuse("is loaded on a platform whose struct sizes differ");
        }

        // Defaults of the release, read through our layout.
        bool modelAgrees = (model.GpuLayers, model.SplitMode, model.LoadMode, model.LazyMode, model.UseExtraBuffers) == (-1, 1, -1, 1, 1);
        bool sizesAgree = (context.ContextTokens, context.BatchTokens, context.MicroBatchTokens, context.SequencesMax) == (512u, 2048u, 512u, 1u)
            && (context.OutputsMax, context.OutputsMaxPerSequence, context.Threads, context.FlashAttentionType) == (0u, 1u, 4, -1);
        bool tailAgrees = (context.TypeK, context.TypeV, context.OffloadKqv, context.NoPerf) == (1, 1, 1, 1)
            && (context.OpOffload, context.SwaFull, context.KvUnified, context.SamplersCount) == (1, 1, 0, 0u);
        bool embeddingAgrees = (context.PoolingType, context.AttentionType, context.Embeddings) == (-1, -1, 0);
        if (!(modelAgrees && sizesAgree && tailAgrees && embeddingAgrees))
        {
            throw Refuse("has other default parameters than this release");
        }
    }

    private static ModelLoadException Refuse(string difference) => new(
        $"The native llama.cpp library {difference}; the binding is written for release {LibraryDirectory.Release}.",
        "Install the libraries of that release or point LlamaCpp:LibraryDirectory to them.");
}
