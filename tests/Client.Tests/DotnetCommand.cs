using System.Diagnostics;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Client.Tests;

/// <summary>The SDK's command, as somebody who builds these packages runs it.</summary>
internal static class DotnetCommand
{
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";

    /// <summary>Its output, once it has ended well.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var patience = Patience.Begin();
        await process.WaitForExitAsync(patience.Token);
        process.ExitCode.ShouldBe(0, await output);
        return await output;
    }
}
