using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Hardware;

/// <summary>GPUs without loading the native library: as nvidia-smi lists them. None where it is not installed or has nothing to say.</summary>
public static class GpuReader
{
    private const long MiB = 1 << 20;
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10); // A driver in trouble answers never.

    // GB/s from the data sheets; the tool does not tell. Longer names first: "L40S" is an "L4" too.
    private static readonly (string Name, double GigabytesPerSecond)[] _bandwidths =
    [
        ("H200", 4_800), ("H100 NVL", 3_900), ("H100 PCIe", 2_000), ("H100", 3_350), ("A100-SXM4-80GB", 2_039), ("A100 80GB", 1_935), ("A100", 1_555),
        ("L40S", 864), ("L40", 864), ("L4", 300), ("A40", 696), ("A30", 933), ("A10G", 600), ("A10", 600), ("T4", 320), ("V100", 900),
        ("RTX 6000 Ada", 960), ("RTX A6000", 768), ("RTX A5000", 768), ("RTX A4000", 448),
        ("RTX 5090", 1_792), ("RTX 5080", 960), ("RTX 5070 Ti", 896), ("RTX 5070", 672), ("RTX 4090", 1_008), ("RTX 4080", 717), ("RTX 4070", 504),
        ("RTX 3090 Ti", 1_008), ("RTX 3090", 936), ("RTX 3080", 760), ("RTX 3070", 448), ("RTX 3060", 360),
    ];

    public static IReadOnlyList<Accelerator> Read(string program = "nvidia-smi")
    {
        ProcessStartInfo start = new(program, ["--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(AnswerMax))
            {
                process.Kill();
                return [];
            }

            return process.ExitCode is 0 ? Parse(output.GetAwaiter().GetResult()) : [];
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            return []; // Not installed, as on most machines without such a GPU.
        }
    }

    /// <summary>Bytes a second of a GPU's memory; null for one that is not in the table.</summary>
    public static double? Bandwidth(string name)
    {
        var known = _bandwidths.FirstOrDefault(gpu => name.Contains(gpu.Name, StringComparison.OrdinalIgnoreCase));
        return known.Name is null ? null : known.GigabytesPerSecond * 1e9;
    }

    /// <param name="lines">Name, free and total MiB, one GPU a line. A line of another form is left out.</param>
    internal static IReadOnlyList<Accelerator> Parse(string lines) =>
    [
        .. from line in lines.Split('\n')
           let cells = line.Split(',', StringSplitOptions.TrimEntries)
           where cells.Length is 3
           let free = Number(cells[1])
           let total = Number(cells[2])
           where free is not null && total is not null
           select new Accelerator(cells[0], free.Value * MiB, total.Value * MiB),
    ];

    private static long? Number(string cell) => long.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
