using Pipeline.Inference.Hardware;

namespace Pipeline.Inference.Tests.Hardware;

public sealed class MemoryBandwidthTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_number_of_threads_reads_something(int threads) =>
        MemoryBandwidth.Measure(threads, TimeSpan.FromMilliseconds(20), memoryAvailableBytes: 64L << 20).ShouldBeGreaterThan(1e7);
}
