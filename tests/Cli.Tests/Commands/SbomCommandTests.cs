using System.Text.Json;
using Pipeline.TestSupport.Services;

namespace Pipeline.Cli.Tests.Commands;

public sealed class SbomCommandTests
{
    [Fact]
    public async Task Every_package_of_a_lock_file_and_every_model_is_named_with_its_hash()
    {
        using TemporaryFolder folder = new();
        var file = Path.Combine(folder.Path, "pipeline.cdx.json");

        (await new TestEnvironment().RunAsync("sbom", "--out", file, "--root", RepositoryFiles.Root)).ShouldBe(0);

        var bill = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).RootElement;
        (bill.GetProperty("bomFormat").GetString(), bill.GetProperty("specVersion").GetString()).ShouldBe(("CycloneDX", "1.6"));
        var components = bill.GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("bom-ref").GetString()!);
        components.Values.ShouldAllBe(component => component.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length >= 64);
        components.Keys.ShouldContain("model:emotion-mini-q8_0.gguf");
        foreach (var (name, version) in Locked("Core"))
        {
            components.Keys.ShouldContain($"pkg:nuget/{name}@{version}");
        }
    }

    [Fact]
    public async Task A_folder_that_is_no_checkout_is_named()
    {
        using TemporaryFolder folder = new();
        TestEnvironment environment = new(width: 400);

        (await environment.RunAsync("sbom", "--out", "unwritten.json", "--root", folder.Path)).ShouldBe(1);

        environment.Error.ShouldContain($"{folder.Path} has no folder src.");
    }

    private static IEnumerable<(string Name, string Version)> Locked(string project) =>
        JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Path("src", project, "packages.lock.json"))).RootElement
            .GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            .Where(package => package.Value.GetProperty("type").GetString() is "Direct" or "Transitive")
            .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!));
}
