using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Tests.Hardware;

public sealed class EncoderPlanTests
{
    private static readonly EncoderLimits _limits = new(BatchTokens: 512, SequencesMax: 64);

    // The shape of all-MiniLM-L6.
    private static readonly GgufFile _small = new()
    {
        Architecture = "bert", FileBytes = 46 << 20, Parameters = 22_700_000, Layers = 6, EmbeddingSize = 384, FeedForwardSize = 1_536, KvElementsPerLayer = 0, VocabularySize = 30_522,
    };

    // A decoder with a large vocabulary: the logits of a pass alone are 600 MB.
    private static readonly GgufFile _large = _small with { Architecture = "qwen3", Layers = 28, EmbeddingSize = 1_024, VocabularySize = 303_872 };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(16, 4)]
    public void A_pass_has_a_part_a_thread_up_to_four(int threads, int expected) => EncoderPlan.Parts(_small, _limits, threads).ShouldBe(expected);

    [Fact]
    public void Large_buffers_are_not_made_twice() => EncoderPlan.Parts(_large, _limits, threads: 16).ShouldBe(1);

    [Fact]
    public void Every_part_has_to_fit()
    {
        long batch = EncoderPlan.BatchBytes(_small, _limits);
        MachineReadings machine = new(4, 8, null, _small.FileBytes + (3 * batch));

        EncoderPlan.CheckMemory("small.gguf", _small, _limits, parts: 3, gpuLayers: 0, machine);
        Should.Throw<ModelLoadException>(() => EncoderPlan.CheckMemory("small.gguf", _small, _limits, parts: 4, gpuLayers: 0, machine));
    }
}
