using System.Diagnostics;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Telemetry;

/// <summary>The tool of a real Prometheus.</summary>
internal static class PromTool
{
    public static Task RunAsync(params string[] arguments) => RunAsync("", arguments);

    /// <param name="input">What the tool reads.</param>
    public static async Task RunAsync(string input, string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            WorkingDirectory = RepositoryFiles.Path("deploy", "prometheus"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var tool = Process.Start(start) ?? throw new InvalidOperationException("./test installs promtool; run it once.");
        var (output, errors) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.StandardInput.WriteAsync(input);
        tool.StandardInput.Close();
        using var patience = Patience.Begin();
        await tool.WaitForExitAsync(patience.Token);
        tool.ExitCode.ShouldBe(0, await output + await errors);
    }
}
