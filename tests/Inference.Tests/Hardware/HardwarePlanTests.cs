using Pipeline.Inference.Decoding;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Tests.Hardware;

public sealed class HardwarePlanTests
{
    private const long GiB = 1L << 30;
    private static readonly DecoderLimits _limits = new(8_192, 512, 64, 64);

    // The shape of a 7B model with grouped-query attention.
    private static readonly GgufFile _file = new()
    {
        Architecture = "qwen2", FileBytes = 4 * GiB, Parameters = 7_600_000_000, Layers = 28, EmbeddingSize = 3_584, FeedForwardSize = 18_944, KvElementsPerLayer = 1_024, VocabularySize = 152_064,
    };

    [Theory]
    [InlineData(8, 16, null, 6)]
    [InlineData(1, 2, null, 1)]
    [InlineData(null, 4, null, 3)]
    [InlineData(16, 4, null, 3)] // Affinity leaves four.
    [InlineData(16, 32, 2.0, 1)] // The control group leaves two.
    [InlineData(16, 32, 0.5, 1)]
    public void Threads_are_three_quarters_of_the_usable_physical_cores(int? physical, int logical, double? quota, int expected) =>
        HardwarePlan.Threads(new(physical, logical, quota, GiB)).ShouldBe(expected);

    [Fact]
    public void Kv_cache_is_two_bytes_an_element() => HardwarePlan.KvBytes(_file, 8_192).ShouldBe(28L * 1_024 * 2 * 8_192);

    [Fact]
    public void Too_little_memory_says_need_available_and_remedy()
    {
        ModelLoadException error = Should.Throw<ModelLoadException>(() =>
            HardwarePlan.CheckMemory("big.gguf", _file, _limits, gpuLayers: 0, new(4, 8, null, 2 * GiB)));
        error.Problem.ShouldContain("weights 4,096 MiB, KV cache 448 MiB");
        error.Problem.ShouldContain("2,048 MiB is available");
        error.Remedy.ShouldContain("Inference:ContextTokens (8192)");
    }

    [Fact]
    public void Enough_memory_or_enough_layers_on_the_gpu_pass()
    {
        HardwarePlan.CheckMemory("big.gguf", _file, _limits, gpuLayers: 0, new(4, 8, null, 6 * GiB));
        HardwarePlan.CheckMemory("big.gguf", _file, _limits, gpuLayers: 29, new(4, 8, null, 1 * GiB));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(24, 29)]
    public void Gpu_takes_the_layers_that_fit(int freeGiB, int expected) =>
        HardwarePlan.GpuLayers(_file, _limits, [new("gpu", freeGiB * GiB, 24 * GiB)]).ShouldBe(expected);

    [Fact]
    public void Small_gpu_takes_some_layers() =>
        HardwarePlan.GpuLayers(_file, _limits, [new("gpu", 3 * GiB, 4 * GiB)]).ShouldBeInRange(5, 20);

    [Fact]
    public void Without_gpu_no_layers_are_offloaded() => HardwarePlan.GpuLayers(_file, _limits, []).ShouldBe(0);
}
