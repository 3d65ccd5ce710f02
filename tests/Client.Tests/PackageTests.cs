using System.IO.Compression;
using System.Xml.Linq;
using Pipeline.TestSupport.Services;

namespace Pipeline.Client.Tests;

public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-pack-").FullName;

    [Fact]
    public async Task The_client_and_its_contracts_are_packages_with_symbols_documentation_and_a_readme()
    {
        await PackAsync("Contracts");
        await PackAsync("Client");

        var client = Files("Pipeline.Client.*.nupkg", out var dependencies);
        client.ShouldContain("lib/net10.0/Pipeline.Client.dll");
        client.ShouldContain("lib/net10.0/Pipeline.Client.xml");
        client.ShouldContain("README.md");
        dependencies.ShouldBe(["Microsoft.Extensions.AI.Abstractions", "Pipeline.Contracts"], ignoreOrder: true);
        Files("Pipeline.Client.*.snupkg", out _).ShouldContain("lib/net10.0/Pipeline.Client.pdb");
        Files("Pipeline.Contracts.*.nupkg", out dependencies).ShouldContain("lib/net10.0/Pipeline.Contracts.dll");
        dependencies.ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<string> PackAsync(string project) =>
        DotnetCommand.RunAsync("pack", RepositoryFiles.Path("src", project), "-c", DotnetCommand.Configuration, "--no-build", "--no-restore", "-nologo", "-o", _folder);

    private string[] Files(string pattern, out string[] dependencies)
    {
        using var package = ZipFile.OpenRead(Directory.GetFiles(_folder, pattern).ShouldHaveSingleItem());
        using var manifest = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        dependencies = [.. XDocument.Load(manifest).Descendants().Where(element => element.Name.LocalName is "dependency").Select(element => element.Attribute("id")!.Value)];
        return [.. package.Entries.Select(entry => entry.FullName)];
    }
}
