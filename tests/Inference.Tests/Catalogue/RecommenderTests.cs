using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.Tests.Catalogue;

public sealed class RecommenderTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void A_laptop_gets_a_model_that_answers_as_fast_as_people_read()
    {
        var (model, fit) = Choose(memory: 14 * GiB, bandwidth: 50e9);

        fit.TokensPerSecond.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(Recommender.ReadableTokensPerSecond);
        model.Parameters.ShouldBeGreaterThan(7_000_000_000);
    }

    [Fact]
    public void A_slow_machine_gets_a_smaller_model_although_larger_ones_fit() =>
        Choose(memory: 64 * GiB, bandwidth: 10e9).Model.ShouldSatisfyAllConditions(
            model => (model.ActiveParameters ?? model.Parameters).ShouldBeLessThan(4_000_000_000));

    [Fact]
    public void More_memory_never_gives_less()
    {
        long[] chosen = [.. new[] { 2L, 4, 8, 16, 32, 64, 128 }.Select(memory => Choose(memory * GiB, bandwidth: 400e9).Model.Parameters)];
        chosen.ShouldBeInOrder();
    }

    [Fact]
    public void Where_nothing_fits_there_is_no_choice_and_the_nearest_tells_what_is_missing()
    {
        var all = Recommender.All(Machine(memory: 300L << 20, bandwidth: 10e9), contextTokens: 8_192);

        Recommender.Choose(all).ShouldBeNull();
        var (_, fit) = Recommender.Nearest(all);
        fit.MissingBytes.ShouldBe(fit.NeededBytes - (300L << 20));
    }

    [Fact]
    public void A_longer_context_needs_more_memory_and_answers_slower()
    {
        GgufFile file = GgufReader.Read(EmotionPrompt.ModelPath);
        MachineProfile machine = Machine(16 * GiB, 20e9);

        ModelFit shorter = Recommender.Of(file, machine, 256);
        ModelFit longer = Recommender.Of(file, machine, 32_768);

        longer.NeededBytes.ShouldBeGreaterThan(shorter.NeededBytes);
        longer.TokensPerSecond.ShouldNotBeNull().ShouldBeLessThan(shorter.TokensPerSecond!.Value);
    }

    // What it says is what the engine does: neither promises more than the check before loading allows, nor less.
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_model_fits_exactly_where_the_engine_would_load_it(int bytes)
    {
        GgufFile file = GgufReader.Read(EmotionPrompt.ModelPath);
        DecoderLimits limits = new(8_192, 256, 64, 64);
        long needed = Recommender.Of(file, Machine(16 * GiB, 20e9), 8_192).NeededBytes;
        MachineReadings readings = Machine(needed + bytes, 20e9).Readings;

        bool fits = Recommender.Of(file, new(readings, 2, 20e9, []), 8_192).Fits;

        fits.ShouldBe(bytes is 0);
        Action load = () => HardwarePlan.CheckMemory("model.gguf", file, limits, gpuLayers: 0, readings);
        (fits ? (Action)(() => load.ShouldNotThrow()) : () => load.ShouldThrow<ModelLoadException>())();
    }

    [Fact]
    public void On_a_gpu_main_memory_no_longer_decides()
    {
        MachineProfile machine = new(new(8, 16, null, 8 * GiB), 6, 40e9, [new("NVIDIA H100 80GB HBM3", 79 * GiB, 80 * GiB)]);

        ModelFits fits = Recommender.All(machine, 8_192).Single(fits => fits.Model.Name == "qwen2.5-32b");

        fits.Fits[0].Fits.ShouldBeTrue();
        fits.Fits[0].GpuLayers.ShouldBe(65);
        fits.Fits[0].TokensPerSecond.ShouldNotBeNull().ShouldBeGreaterThan(50);
    }

    [Fact]
    public void The_speed_of_a_gpu_that_is_not_known_is_not_told()
    {
        MachineProfile machine = new(new(8, 16, null, 64 * GiB), 6, 40e9, [new("Some GPU", 79 * GiB, 80 * GiB)]);

        Recommender.All(machine, 8_192)[0].Fits[0].TokensPerSecond.ShouldBeNull();
    }

    private static (CatalogueModel Model, ModelFit Fit) Choose(long memory, double bandwidth) =>
        Recommender.Choose(Recommender.All(Machine(memory, bandwidth), contextTokens: 8_192)).ShouldNotBeNull();

    private static MachineProfile Machine(long memory, double bandwidth) => new(new(8, 8, null, memory), 6, bandwidth, []);
}
