using System.Text.Json;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>A script of this folder under node, with the npm packages of <c>package.json</c>.</summary>
internal static class NodeScript
{
    private static readonly string Folder = RepositoryFiles.Path(".local", "npm", "openai");

    /// <returns>The JSON that it prints.</returns>
    public static async Task<JsonElement> RunAsync(string script, params IEnumerable<string> arguments)
    {
        Directory.Exists(Path.Combine(Folder, "node_modules")).ShouldBeTrue("./test installs npm packages into .local/npm/openai; run it once.");
        // Beside the packages: a module finds them nowhere else.
        var copy = Path.Combine(Folder, script);
        File.Copy(RepositoryFiles.Path("tests", "EndToEnd.Tests", "OpenAi", script), copy, overwrite: true);
        return JsonElement.Parse(await NodeProcess.RunAsync(new("node", [copy, .. arguments])));
    }
}
