using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Catalogue;

/// <summary>What decides which models a machine can run, and how fast.</summary>
/// <param name="Readings">Cores and memory.</param>
/// <param name="Threads">Of a pass, as the engine takes them.</param>
/// <param name="BytesPerSecond">That these threads read from main memory.</param>
/// <param name="Gpus">Empty without any.</param>
public sealed record MachineProfile(MachineReadings Readings, int Threads, double BytesPerSecond, IReadOnlyList<Accelerator> Gpus)
{
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    /// <summary>Null where there is no GPU, or one whose bandwidth is not known; of several, the slowest decides.</summary>
    public double? GpuBytesPerSecond { get; } =
        Gpus.Count is 0 || Gpus.Any(gpu => GpuReader.Bandwidth(gpu.Name) is null) ? null : Gpus.Min(gpu => GpuReader.Bandwidth(gpu.Name));

    /// <summary>Reads the machine and measures for about a second.</summary>
    /// <param name="threads">Null for as many as the engine takes of itself.</param>
    public static MachineProfile Measure(int? threads)
    {
        MachineReadings readings = MachineReader.Read();
        int taken = threads ?? HardwarePlan.Threads(readings);
        return new(readings, taken, MemoryBandwidth.Measure(taken, Reading, readings.MemoryAvailableBytes), GpuReader.Read());
    }
}
