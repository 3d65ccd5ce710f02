using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Pipeline.Bench.Measuring;

/// <summary>What a figure is worth nothing without.</summary>
public static class Machine
{
    public static JsonObject Describe(string commit, TimeProvider time) => new()
    {
        ["date"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        ["commit"] = commit,
        ["machine"] = $"{Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB",
        ["system"] = RuntimeInformation.OSDescription,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
    };

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";
}
