using System.Diagnostics;
using System.Text.Json;
using Pipeline.TestSupport.Processes;
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
            Environment = { ["NODE_PATH"] = Packages },
        };
        return JsonElement.Parse(await NodeProcess.RunAsync(start));
    }
}
