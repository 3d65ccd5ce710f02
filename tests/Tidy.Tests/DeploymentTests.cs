using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Tidy.Tests;

public sealed partial class DeploymentTests
{
    private static readonly string Dockerfile = Checkout.Read("Dockerfile");
    private static readonly string Compose = Checkout.Read("docker-compose.yml");

    [Fact]
    public void Compose_parses_and_builds_only_targets_that_exist()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Compose));
        var services = (YamlMappingNode)((YamlMappingNode)yaml.Documents[0].RootNode).Children["services"];

        var targets = services.Children.Values.Cast<YamlMappingNode>()
            .Where(service => service.Children.ContainsKey("build"))
            .Select(service => ((YamlScalarNode)service["build"]["target"]).Value!)
            .ToArray();

        targets.ShouldNotBeEmpty();
        targets.ShouldBeSubsetOf(Stage().Matches(Dockerfile).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Every_variable_that_compose_gives_a_role_is_an_option_that_the_code_reads()
    {
        string[] foreign = ["Urls", "OTEL_EXPORTER_OTLP_ENDPOINT", "PIPELINE_URL", "PIPELINE_API_KEY"];
        var options = Checkout.Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal)).Select(Checkout.Read)
            .SelectMany(text => Section().Matches(text).SelectMany(section => Property().Matches(text).Select(property => $"{section.Groups[1].Value}__{property.Groups[1].Value}")))
            .ToHashSet();
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Compose));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var shared = root.Children.Where(entry => ((YamlScalarNode)entry.Key).Value!.EndsWith("environment", StringComparison.Ordinal)).Select(entry => entry.Value);
        var own = ((YamlMappingNode)root["services"]).Children.Values.Cast<YamlMappingNode>().Where(service => service.Children.ContainsKey("build") && service.Children.ContainsKey("environment"))
            .Select(service => service["environment"]);

        // Kinds have a section each.
        var variables = shared.Concat(own).OfType<YamlMappingNode>().SelectMany(map => map.Children.Keys.Select(key => ((YamlScalarNode)key).Value!))
            .Where(name => name is not "<<" && !name.StartsWith("Kinds__", StringComparison.Ordinal)).Distinct().ToArray();

        variables.Length.ShouldBeGreaterThan(5);
        variables.Except(foreign).Where(name => !options.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Prometheus_scrapes_every_role_of_compose_at_the_port_that_it_gives_them()
    {
        var targets = Nodes(Yaml("deploy/prometheus/prometheus.yml")["scrape_configs"]).SelectMany(scraped => Nodes(scraped["dns_sd_configs"])).ToArray();
        var roles = Services.Children.Where(service => service.Value.ToString().Contains("Telemetry__MetricsPort", StringComparison.Ordinal)).Select(service => Text(service.Key)).Except(["cli"]);

        targets.ShouldAllBe(target => Text(target["port"]) == MetricsPort().Match(Compose).Groups[1].Value);
        targets.SelectMany(target => Nodes(target["names"])).Select(Text).ShouldBe(roles, ignoreOrder: true);
    }

    [Fact]
    public void Grafana_reads_the_dashboards_that_compose_mounts_and_asks_the_Prometheus_of_compose()
    {
        var mounts = Nodes(Services["grafana"]["volumes"]).Select(mount => Text(mount).Split(':')).Where(mount => mount[0].StartsWith("./", StringComparison.Ordinal)).ToDictionary(mount => mount[1], mount => mount[0][2..]);
        var provider = Nodes(Yaml("deploy/grafana/provisioning/dashboards/pipeline.yml")["providers"]).Single();
        var source = Nodes(Yaml("deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"]).Single();

        Directory.GetFiles(Path.Combine(Checkout.Root, mounts[Text(provider["options"]["path"])]), "*.json").ShouldNotBeEmpty();
        mounts["/etc/grafana/provisioning"].ShouldBe("deploy/grafana/provisioning");
        Text(source["url"]).ShouldBe($"http://prometheus:{PublishedTo("prometheus")}");
    }

    [Fact]
    public void The_collector_listens_where_the_example_sends()
    {
        var listens = Text(Yaml("deploy/collector/collector.yml")["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]).Split(':')[^1];

        Services.Children.Keys.Select(Text).ShouldContain("collector");
        Checkout.Read(".env.example").ShouldContain($"http://collector:{listens}");
        Text(Nodes(Services["collector"]["command"]).Single()).Split('=')[1].ShouldBe(Text(Nodes(Services["collector"]["volumes"]).Single()).Split(':')[1]);
    }

    [Fact]
    public void The_port_that_compose_publishes_is_the_one_that_the_API_listens_on() =>
        new Uri(Text(Services["api"]["environment"]["Urls"])).Port.ToString(CultureInfo.InvariantCulture).ShouldBe(PublishedTo("api"));

    [Fact]
    public void Images_are_pinned() =>
        ImageOfCompose().Matches(Compose).Select(match => match.Groups[1].Value)
            .Where(image => !image.StartsWith("pipeline-", StringComparison.Ordinal) && (!image.Contains(':', StringComparison.Ordinal) || image.EndsWith(":latest", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void Every_variable_of_compose_is_explained()
    {
        var explained = Checkout.ReadLines(".env.example").Select(line => line.Split('=')[0]).ToHashSet();

        Variable().Matches(Compose).Select(match => match.Groups[1].Value).Distinct().Where(name => !explained.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_role_that_the_image_publishes_is_a_project()
    {
        var roles = Roles().Match(Dockerfile).Groups[1].Value.Split(' ');

        roles.ShouldAllBe(role => Checkout.Exists($"src/{role}/{role}.csproj"));
        Assembly().Matches(Dockerfile).Select(match => match.Groups[1].Value).ShouldBeSubsetOf(roles);
    }

    [Fact]
    public void Everything_that_the_image_copies_exists() =>
        Copied().Matches(Dockerfile).SelectMany(match => match.Groups[1].Value.Split(' ')[..^1])
            .Select(path => path.Split('*')[0])
            .Where(path => !Checkout.Exists(path))
            .ShouldBeEmpty();

    [Fact]
    public void Private_servers_are_those_of_compose()
    {
        var servers = Checkout.Read("eng/services.compose.yml");
        foreach (Match image in ImageOfCompose().Matches(servers))
        {
            // Without the management pages, which nobody opens here.
            Compose.ShouldContain($"image: {image.Groups[1].Value}");
        }

        var major = PackagedPostgres().Match(Checkout.Read("eng/lib/postgres-package.sh")).Groups[1].Value;
        Compose.ShouldContain($"-pg{major}\n");
    }

    [Fact]
    public void Tests_run_on_the_images_of_compose()
    {
        var containers = Checkout.Read("tests/TestSupport/Services/ContainerServices.cs");

        foreach (var server in (string[])["pgvector/pgvector", "rabbitmq"])
        {
            var image = ImageOfCompose().Matches(Compose).Select(match => match.Groups[1].Value).Single(name => name.StartsWith(server, StringComparison.Ordinal));
            containers.ShouldContain($"\"{image}\"");
        }
    }

    private static YamlMappingNode Services => (YamlMappingNode)Parse(Compose)["services"];

    private static YamlNode Yaml(string file) => Parse(Checkout.Read(file));

    private static YamlNode Parse(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return yaml.Documents[0].RootNode;
    }

    private static IEnumerable<YamlNode> Nodes(YamlNode list) => ((YamlSequenceNode)list).Children;

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    /// <summary>The port inside the container.</summary>
    private static string PublishedTo(string service) => Text(Nodes(Services[service]["ports"]).Single()).Split(':')[^1];

    [GeneratedRegex(@"const string Section = ""(\w+)""")]
    private static partial Regex Section();

    [GeneratedRegex(@"public (?:required )?[\w<>?]+ (\w+) \{ get;")]
    private static partial Regex Property();

    [GeneratedRegex(@"Telemetry__MetricsPort: ""(\d+)""")]
    private static partial Regex MetricsPort();

    [GeneratedRegex(@"^FROM \S+ AS (\S+)", RegexOptions.Multiline)]
    private static partial Regex Stage();

    [GeneratedRegex(@"^\s+image: (\S+)", RegexOptions.Multiline)]
    private static partial Regex ImageOfCompose();

    [GeneratedRegex(@"^POSTGRES_PACKAGE_VERSION=(\d+)\.", RegexOptions.Multiline)]
    private static partial Regex PackagedPostgres();

    [GeneratedRegex(@"\$\{(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"for role in ([\w. ]+);")]
    private static partial Regex Roles();

    [GeneratedRegex(@"""Pipeline\.([\w.]+)\.dll""")]
    private static partial Regex Assembly();

    [GeneratedRegex(@"^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copied();
}
