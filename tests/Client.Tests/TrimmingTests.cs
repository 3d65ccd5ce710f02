using Pipeline.TestSupport.Services;

namespace Pipeline.Client.Tests;

/// <summary>Programs that are trimmed or compiled ahead of time may use the client: the SDK's analyzers look at it and at its contracts.</summary>
public sealed class TrimmingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-trimming-").FullName;

    [Fact]
    public async Task Neither_the_client_nor_its_contracts_have_what_trimming_breaks()
    {
        // In folders of its own: the analyzers are a package, which other builds of the same folders would then lack or have.
        var analyzers = await DotnetCommand.RunAsync(
            "build", RepositoryFiles.Path("src", "Client"), "-c", DotnetCommand.Configuration, "-nologo", "--artifacts-path", _folder, "-nodeReuse:false", "-restore", "-target:Build",
            "-p:CheckTrimming=true", "-p:EnableNETAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false", "-getItem:Analyzer");

        analyzers.ShouldContain("ILLink.RoslynAnalyzer", customMessage: "else nobody looked");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
