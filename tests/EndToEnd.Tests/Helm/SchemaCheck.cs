using System.Diagnostics;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Helm;

/// <summary>Asks the JSON schemas of Kubernetes and KEDA, which npm packages carry.</summary>
internal static class SchemaCheck
{
    private static readonly string Packages = RepositoryFiles.Path(".local", "npm", "kubernetes", "node_modules");

    /// <param name="manifests">What the chart renders.</param>
    /// <param name="values">From these values, which are checked against the chart's own schema.</param>
    public static async Task RunAsync(string manifests, string values)
    {
        Directory.Exists(Packages).ShouldBeTrue("./test installs the npm package kubernetes-models into .local/npm/kubernetes; run it once.");
        var start = new ProcessStartInfo("node", [RepositoryFiles.Path("tests", "EndToEnd.Tests", "Helm", "check.cjs"), RepositoryFiles.Path("deploy", "helm", "pipeline")])
        {
            Environment = { ["NODE_PATH"] = Packages, ["VALUES"] = values },
        };
        await NodeProcess.RunAsync(start, manifests);
    }
}
