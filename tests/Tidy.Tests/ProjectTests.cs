using System.Xml.Linq;

namespace Pipeline.Tidy.Tests;

public sealed class ProjectTests
{
    private static IEnumerable<string> Projects => Checkout.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Checkout.Read("Pipeline.sln").Replace('\\', '/');

        Projects.Where(project => !project.StartsWith("bench/peers/", StringComparison.Ordinal) && !solution.Contains($"\"{project}\"", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Versions_are_pinned_in_one_place() =>
        (from project in Projects
         from reference in XDocument.Parse(Checkout.Read(project)).Descendants("PackageReference")
         where reference.Attribute("Version") is not null
         select $"{project}: {reference.Attribute("Include")?.Value}").ShouldBeEmpty();

    [Fact]
    public void Every_pinned_version_is_used()
    {
        var used = Projects.Append("Directory.Build.props").Append("tests/Directory.Build.props")
            .SelectMany(file => XDocument.Parse(Checkout.Read(file)).Descendants("PackageReference"))
            .Select(reference => reference.Attribute("Include")!.Value)
            .ToHashSet();

        // Pins of packages that come only through others say so in their label.
        (from version in XDocument.Parse(Checkout.Read("Directory.Packages.props")).Descendants("PackageVersion")
         where version.Parent!.Attribute("Label")?.Value.StartsWith("Transitive", StringComparison.Ordinal) is not true
         let id = version.Attribute("Include")!.Value
         where !used.Contains(id)
         select id).ShouldBeEmpty();
    }

    [Fact]
    public void Contracts_need_no_packages() =>
        XDocument.Parse(Checkout.Read("src/Contracts/Contracts.csproj")).Descendants()
            .Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference").ShouldBeEmpty();

    [Fact]
    public void Inference_sees_neither_bus_nor_database() =>
        XDocument.Parse(Checkout.Read("src/Inference/Inference.csproj")).Descendants()
            .Select(element => element.Attribute("Include")?.Value ?? "")
            .Where(include => include.Contains("MassTransit", StringComparison.Ordinal) || include.Contains("Npgsql", StringComparison.Ordinal) || include.Contains("Core.csproj", StringComparison.Ordinal))
            .ShouldBeEmpty();
}
