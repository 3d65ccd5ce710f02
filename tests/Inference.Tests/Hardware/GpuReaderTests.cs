using Pipeline.Inference.Hardware;

namespace Pipeline.Inference.Tests.Hardware;

public sealed class GpuReaderTests
{
    [Fact]
    public void Each_line_is_a_gpu() =>
        GpuReader.Parse("NVIDIA H200, 142744, 143771\nNVIDIA L4, 22000, 23034\n").ShouldBe(
            [new("NVIDIA H200", 142_744L << 20, 143_771L << 20), new("NVIDIA L4", 22_000L << 20, 23_034L << 20)]);

    [Theory]
    [InlineData("")]
    [InlineData("No devices were found\n")]
    [InlineData("NVIDIA GB10, [N/A], [N/A]\n")]
    public void Anything_else_is_none(string output) => GpuReader.Parse(output).ShouldBeEmpty();

    [Fact]
    public void Without_the_tool_there_is_none() => GpuReader.Read("/nowhere/nvidia-smi").ShouldBeEmpty();

    [Fact]
    public void A_tool_that_fails_has_found_none() => GpuReader.Read("/bin/false").ShouldBeEmpty();

    [Theory]
    [InlineData("NVIDIA H200", 4_800e9)]
    [InlineData("NVIDIA L40S", 864e9)]
    [InlineData("NVIDIA L4", 300e9)]
    [InlineData("NVIDIA A100-SXM4-80GB", 2_039e9)]
    [InlineData("NVIDIA GeForce RTX 3090 Ti", 1_008e9)]
    [InlineData("Some GPU", null)]
    public void Bandwidth_comes_from_the_name(string name, double? bandwidth) => GpuReader.Bandwidth(name).ShouldBe(bandwidth);
}
