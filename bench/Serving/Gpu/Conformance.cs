using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>The tests that every backend passes, on this device, in a process of their own.</summary>
internal static partial class Conformance
{
    private const string Class = "Pipeline.Inference.LLamaSharp.Tests.LLamaSharpDecoderTests";

    /// <returns>Null with a line of progress where the tests are not built.</returns>
    public static async Task<JsonObject?> RunAsync(string root, Device device, string? backendLibrary, TextWriter progress, CancellationToken cancellationToken)
    {
        string tests = Path.Combine(root, "tests", "Inference.LLamaSharp.Tests", "bin", "Release", "net10.0", "Pipeline.Inference.LLamaSharp.Tests.dll");
        if (!File.Exists(tests))
        {
            await progress.WriteLineAsync($"left out: conformance. {tests} is not built.");
            return null;
        }

        ProcessStartInfo start = new("dotnet", [tests, "-noColor", "-class", Class]) { RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(tests) };
        start.Environment["Inference__GpuLayers"] = device.Layers.ToString(CultureInfo.InvariantCulture);
        if (backendLibrary is not null)
        {
            start.Environment["Inference__BackendLibrary"] = backendLibrary;
        }

        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        await progress.WriteLineAsync(output);
        Match summary = Summary().Match(output);
        return new()
        {
            ["passed"] = process.ExitCode == 0,
            ["tests"] = summary.Success ? int.Parse(summary.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null,
            ["failed"] = summary.Success ? int.Parse(summary.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : null,
        };
    }

    [GeneratedRegex(@"Total: (\d+),.*Failed: (\d+)")]
    private static partial Regex Summary();
}
