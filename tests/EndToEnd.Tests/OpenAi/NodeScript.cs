using System.Diagnostics;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>A script of this folder under node, with the npm package <c>openai</c>.</summary>
internal static class NodeScript
{
    private static readonly string Packages = RepositoryFiles.Path(".local", "npm", "openai", "node_modules");

    /// <returns>The JSON that it prints.</returns>
    public static async Task<JsonElement> RunAsync(string script, params IEnumerable<string> arguments)
    {
        Directory.Exists(Packages).ShouldBeTrue("./test installs the npm package openai into .local/npm/openai; run it once.");
        var start = new ProcessStartInfo("node", [RepositoryFiles.Path("tests", "EndToEnd.Tests", "OpenAi", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NODE_PATH"] = Packages },
        };
        using var node = Process.Start(start)!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var patience = Patience.Begin();
        await node.WaitForExitAsync(patience.Token);
        node.ExitCode.ShouldBe(0, await errors);
        return JsonElement.Parse(await output);
    }
}
