using Pipeline.Inference.Hardware;

namespace Pipeline.Inference.Tests.Hardware;

public sealed class DecodeRooflineTests
{
    [Fact]
    public void Speed_is_bandwidth_over_the_bytes_of_a_token()
    {
        double speed = Speed(4_000_000_000, 0);

        Speed(2_000_000_000, 0).ShouldBe(2 * speed, 1e-9);
        Speed(3_000_000_000, 1_000_000_000).ShouldBe(speed, 1e-9);
        speed.ShouldBeInRange(5, 10); // 40 GB/s over 4 GB, of which kernels reach a part.
    }

    [Fact]
    public void What_is_on_the_gpu_is_read_at_its_speed()
    {
        double cpu = Speed(4_000_000_000, 0);
        double gpu = DecodeRoofline.TokensPerSecond(4_000_000_000, 0, gpuShare: 1, 40e9, 400e9).ShouldNotBeNull();
        double half = DecodeRoofline.TokensPerSecond(4_000_000_000, 0, gpuShare: 0.5, 40e9, 400e9).ShouldNotBeNull();

        gpu.ShouldBe(10 * cpu, 1e-9);
        half.ShouldBeInRange(cpu, 2 * cpu); // The slower half decides.
    }

    [Fact]
    public void Without_the_bandwidth_of_the_gpu_nothing_is_promised() =>
        DecodeRoofline.TokensPerSecond(4_000_000_000, 0, gpuShare: 0.1, 40e9, gpuBytesPerSecond: null).ShouldBeNull();

    private static double Speed(long weights, long kv) => DecodeRoofline.TokensPerSecond(weights, kv, gpuShare: 0, 40e9, gpuBytesPerSecond: null).ShouldNotBeNull();
}
