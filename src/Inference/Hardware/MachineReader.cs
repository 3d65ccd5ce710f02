using System.Globalization;

namespace Pipeline.Inference.Hardware;

/// <summary>Reads /proc and the control groups (version 2, else 1) below a root directory; tests give another root.</summary>
public static class MachineReader
{
    private const string CgroupV2 = "sys/fs/cgroup";

    /// <summary>Reads the machine; values that the system does not give fall back to the runtime's.</summary>
    public static MachineReadings Read(string root = "/")
    {
        long machine = ReadMeminfo(root) ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string[] groups = [.. Groups(root)];
        long? limited = groups.Select(MemoryLeft).Append(MemoryLeftV1(root)).Min();
        double? quota = groups.Select(CpuQuota).Append(CpuQuotaV1(root)).Min();
        return new(CountPhysicalCores(root), Environment.ProcessorCount, quota, Math.Min(machine, limited ?? long.MaxValue));
    }

    private static int? CountPhysicalCores(string root)
    {
        HashSet<(string Package, string Core)> cores = [];
        string package = "0";
        foreach (string line in ReadLines(Path.Combine(root, "proc/cpuinfo")))
        {
            string[] pair = line.Split(':', 2, StringSplitOptions.TrimEntries);
            package = pair[0] == "physical id" ? pair[1] : package;
            if (pair[0] == "core id")
            {
                cores.Add((package, pair[1]));
            }
        }

        return cores.Count == 0 ? null : cores.Count;
    }

    private static long? ReadMeminfo(string root) =>
        ReadLines(Path.Combine(root, "proc/meminfo"))
            .Where(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Select(line => (long?)long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
            .FirstOrDefault();

    /// <summary>The process's group and those above it: every one of them limits.</summary>
    private static IEnumerable<string> Groups(string root)
    {
        string top = Path.Combine(root, CgroupV2);
        string own = ReadLines(Path.Combine(root, "proc/self/cgroup"))
            .FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..].Trim('/') ?? "";
        for (string group = own; group.Length > 0; group = Path.GetDirectoryName(group) ?? "")
        {
            yield return Path.Combine(top, group);
        }

        yield return top;
    }

    private static long? MemoryLeft(string group)
    {
        if (ReadNumber(Path.Combine(group, "memory.max")) is not long max)
        {
            return null;
        }

        // Page cache counts as used but gives way.
        long used = (ReadNumber(Path.Combine(group, "memory.current")) ?? 0) - ReadStat(Path.Combine(group, "memory.stat"), "inactive_file");
        return Math.Max(0, max - used);
    }

    private static long? MemoryLeftV1(string root)
    {
        string group = Path.Combine(root, CgroupV2, "memory");
        long? max = ReadNumber(Path.Combine(group, "memory.limit_in_bytes"));
        if (max is null or > (1L << 60))
        {
            return null; // Version 1 writes "no limit" as a huge number.
        }

        long used = (ReadNumber(Path.Combine(group, "memory.usage_in_bytes")) ?? 0) - ReadStat(Path.Combine(group, "memory.stat"), "total_inactive_file");
        return Math.Max(0, max.Value - used);
    }

    private static double? CpuQuota(string group)
    {
        string[] parts = ReadLines(Path.Combine(group, "cpu.max")).FirstOrDefault()?.Split(' ') ?? [];
        return parts.Length == 2 && long.TryParse(parts[0], out long quota) && long.TryParse(parts[1], out long period) && period > 0
            ? (double)quota / period
            : null;
    }

    private static double? CpuQuotaV1(string root)
    {
        string group = Path.Combine(root, CgroupV2, "cpu");
        return ReadNumber(Path.Combine(group, "cpu.cfs_quota_us")) is long quota and > 0
            && ReadNumber(Path.Combine(group, "cpu.cfs_period_us")) is long period and > 0
            ? (double)quota / period
            : null;
    }

    private static long ReadStat(string path, string key) =>
        ReadLines(path).Where(line => line.StartsWith(key + " ", StringComparison.Ordinal))
            .Select(line => long.Parse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture)).FirstOrDefault();

    private static long? ReadNumber(string path) =>
        long.TryParse(ReadLines(path).FirstOrDefault(), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // Not this kind of system, or not for us to see.
        }
    }
}

/// <summary>What this process may use of the machine.</summary>
/// <param name="PhysicalCores">Cores without their hyper-threads; null where the system does not say.</param>
/// <param name="LogicalProcessors">Processors the process may run on, affinity applied.</param>
/// <param name="CpuQuota">Processors' worth of time that the control group grants; null without a limit.</param>
/// <param name="MemoryAvailableBytes">The smaller of the machine's available memory and what the control groups leave.</param>
public sealed record MachineReadings(int? PhysicalCores, int LogicalProcessors, double? CpuQuota, long MemoryAvailableBytes);
