using Pipeline.Inference.Hardware;

namespace Pipeline.Inference.Tests.Hardware;

public sealed class MachineReaderTests : IDisposable
{
    private const long MiB = 1L << 20;
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-machine-").FullName;

    public MachineReaderTests()
    {
        Write("proc/meminfo", "MemTotal: 16384000 kB\nMemAvailable: 8388608 kB\n");
        Write("proc/cpuinfo", string.Join('\n', Enumerable.Range(0, 8).Select(i => $"processor : {i}\nphysical id : 0\ncore id : {i % 4}\n")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Hyper_threads_are_not_cores() => MachineReader.Read(_root).PhysicalCores.ShouldBe(4);

    [Fact]
    public void Without_control_group_the_machine_counts()
    {
        MachineReader.Read(_root).MemoryAvailableBytes.ShouldBe(8_192 * MiB);
        MachineReader.Read(_root).CpuQuota.ShouldBeNull();
    }

    [Fact]
    public void Control_group_limits_memory_and_its_file_cache_gives_way()
    {
        Write("proc/self/cgroup", "0::/pod/container\n");
        Write("sys/fs/cgroup/pod/container/memory.max", $"{1_000 * MiB}\n");
        Write("sys/fs/cgroup/pod/container/memory.current", $"{700 * MiB}\n");
        Write("sys/fs/cgroup/pod/container/memory.stat", $"anon 1\ninactive_file {300 * MiB}\n");
        MachineReader.Read(_root).MemoryAvailableBytes.ShouldBe(600 * MiB);
    }

    [Fact]
    public void Group_above_limits_too()
    {
        Write("proc/self/cgroup", "0::/pod/container\n");
        Write("sys/fs/cgroup/pod/container/memory.max", "max\n");
        Write("sys/fs/cgroup/pod/memory.max", $"{500 * MiB}\n");
        Write("sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
        MachineReadings readings = MachineReader.Read(_root);
        readings.MemoryAvailableBytes.ShouldBe(500 * MiB);
        readings.CpuQuota.ShouldBe(1.5);
    }

    [Fact]
    public void Version_one_groups_are_read()
    {
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", $"{400 * MiB}\n");
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", $"{100 * MiB}\n");
        Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
        Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        MachineReadings readings = MachineReader.Read(_root);
        readings.MemoryAvailableBytes.ShouldBe(300 * MiB);
        readings.CpuQuota.ShouldBe(2);
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
