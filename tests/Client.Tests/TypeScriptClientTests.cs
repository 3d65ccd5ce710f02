using System.Diagnostics;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.Client.Tests;

/// <summary>clients/typescript: types from the document of the running server, compiled, and run by Node against that server.</summary>
public sealed class TypeScriptClientTests(PipelineServer server) : IDisposable
{
    private static readonly string Packages = RepositoryFiles.Path(".local", "npm", "typescript", "node_modules");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-typescript-").FullName;

    [Fact]
    public async Task The_client_is_compiled_from_the_document_and_works_against_the_server()
    {
        Directory.Exists(Packages).ShouldBeTrue("./test installs the packages of clients/typescript into .local/npm/typescript; run it once.");
        Copy(RepositoryFiles.Path("clients", "typescript"), _folder);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), Packages);

        await NodeAsync("node_modules/openapi-typescript/bin/cli.js", new Uri(server.Address, "/openapi/v1.json").ToString(), "--output", "src/schema.ts");
        await NodeAsync("node_modules/typescript/bin/tsc");
        await NodeAsync("node_modules/typescript/bin/tsc", "--project", "test");
        await NodeAsync("--test", "test/client.test.mjs");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task NodeAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = _folder,
            Environment =
            {
                ["PIPELINE_URL"] = server.Address.ToString(),
                ["PIPELINE_CLIENT"] = Path.Combine(_folder, "dist", "index.js"),
            },
        };
        await NodeProcess.RunAsync(start);
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in (string[])["", "src", "test"])
        {
            Directory.CreateDirectory(Path.Combine(to, folder));
            foreach (var file in Directory.GetFiles(Path.Combine(from, folder)))
            {
                File.Copy(file, Path.Combine(to, folder, Path.GetFileName(file)));
            }
        }
    }
}
